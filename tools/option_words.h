/* SPDX-License-Identifier: MIT */
/* Command lines that end with another program and its arguments. */
#ifndef TOOLS_OPTION_WORDS_H
#define TOOLS_OPTION_WORDS_H

/**
 * Returns how many words of @argv, from the command's name on, are the tool's
 * own: all up to "--", or up to the first word that is neither an option nor its
 * value. The options of the program behind them are its own business.
 */
int option_words_count(int argc, char **argv);

#endif /* TOOLS_OPTION_WORDS_H */
