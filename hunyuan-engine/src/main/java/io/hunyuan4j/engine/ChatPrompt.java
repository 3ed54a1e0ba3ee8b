package io.hunyuan4j.engine;

import io.hunyuan4j.text.chat.OutputParser;

/**
 * A conversation as a model reads it.
 *
 * @param tokens all of it
 * @param thinks whether the model's template knows tags for thinking
 * @param start what the output begins with
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ChatPrompt(int[] tokens, boolean thinks, OutputParser.Start start) {}
