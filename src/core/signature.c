/* SPDX-License-Identifier: MIT */
#include "core/signature.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/type.h"

/* Copies what is before one of the stops, without the spaces around it. Returns where it ended. */
static const char *take_word(char *word, const char *text, const char *stops)
{
    size_t length;
    const char *end;

    text += strspn(text, " ");
    length = strcspn(text, stops);
    end = text + length;
    while (length > 0 && text[length - 1] == ' ')
        length--;
    if (length > UDYN_WORD_SIZE - 1)
        length = UDYN_WORD_SIZE - 1;
    memcpy(word, text, length);
    word[length] = '\0';
    return end;
}

static const char *take_after_comma(char *word, const char *text)
{
    return *text == ',' ? take_word(word, text + 1, ",") : NULL;
}

int udyn_signature_of_declared(struct udyn_signature *signature, const usdt_dyn_declared *declared)
{
    const char *text = take_word(signature->probe, declared->text, ",");
    char type[UDYN_WORD_SIZE];
    size_t i;

    signature->nargs = declared->types[0];
    for (i = 0; i < signature->nargs && i < USDT_DYN_MAX_ARGS && text != NULL; i++) {
        text = take_after_comma(type, text);
        if (text != NULL)
            text = take_after_comma(signature->names[i], text);
        signature->args[i].name = signature->names[i];
        signature->args[i].type = (usdt_dyn_type)declared->types[1 + i];
    }
    if (text == NULL || *text != '\0')
        return udyn_fail(-EINVAL,
                         "USDT_DYN_PROBE(%s): a macro stands for more than one of the words: write "
                         "each of them",
                         signature->probe);
    return 0;
}

static int take_argument(usdt_dyn_arg *arg, char *name, const char **text)
{
    char type[UDYN_WORD_SIZE], shown[64];

    *text = take_word(name, *text, ":,");
    if (**text != ':') {
        udyn_make_printable(shown, sizeof(shown), name);
        return udyn_fail(-EINVAL,
                         "\"%s\" is no argument: write its name and type, as in "
                         "\"id:int64,to:string\"",
                         shown);
    }
    *text = take_word(type, *text + 1, ":,");
    if (!udyn_type_find(type, &arg->type)) {
        udyn_make_printable(shown, sizeof(shown), type);
        return udyn_fail(-EINVAL,
                         "there is no type \"%s\": use int8 to int64, uint8 to uint64, pointer, "
                         "string or double",
                         shown);
    }
    arg->name = name;
    return 0;
}

int udyn_signature_read(struct udyn_signature *signature, const char *text)
{
    size_t i = 0;
    int error;

    signature->nargs = 0;
    if (text == NULL || text[strspn(text, " ")] == '\0')
        return 0;
    do {
        if (i == USDT_DYN_MAX_ARGS)
            return udyn_fail(-E2BIG, "a probe has at most %d arguments: tracers read no more",
                             USDT_DYN_MAX_ARGS);
        error = take_argument(&signature->args[i], signature->names[i], &text);
        if (error < 0)
            return error;
        i++;
    } while (*text++ == ',');
    if (text[-1] != '\0')
        return udyn_fail(-EINVAL, "\":\" comes twice in argument %zu: write name:type", i);
    signature->nargs = i;
    return 0;
}
