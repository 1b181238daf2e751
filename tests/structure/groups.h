/* SPDX-License-Identifier: MIT */
/* The groups of test cases, one a file. Each loads an image of its own and returns how many failed.
 */
#ifndef GROUPS_H
#define GROUPS_H

int test_file(void);
int test_notes(void);
int test_sites(void);
int test_mapping(void);

#endif
