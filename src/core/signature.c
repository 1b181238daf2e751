/* SPDX-License-Identifier: MIT */
#include "core/signature.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"

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
