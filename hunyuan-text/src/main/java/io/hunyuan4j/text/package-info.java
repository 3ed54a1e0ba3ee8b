/**
 * Strings and token ids: the two vocabulary formats that Hunyuan checkpoints come with, and the
 * chat templates that write their prompts. Knows no model.
 */
@NullMarked
package io.hunyuan4j.text;

import org.jspecify.annotations.NullMarked;
