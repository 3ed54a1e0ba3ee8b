/**
 * Structured output: what a model may write, as an automaton over bytes crossed with the
 * vocabulary. Design: {@code docs/decisions/0008-structured-output.md}.
 *
 * <p>Front ends (JSON Schema, regular expressions, GBNF, choices) make a {@code Grammar}; it
 * becomes a {@code Program}, which {@code Recognizer} runs; {@code TokenWalk} crosses its states
 * with the vocabulary, {@code Endings} knows how many tokens a text still needs.
 */
@NullMarked
package io.hunyuan4j.text.grammar;

import org.jspecify.annotations.NullMarked;
