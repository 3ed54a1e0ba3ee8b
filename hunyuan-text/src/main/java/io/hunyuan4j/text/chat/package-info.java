/**
 * Conversations: messages, tools and calls as records, and the parser that reads a model's output
 * back into them while it is still being written.
 */
@NullMarked
package io.hunyuan4j.text.chat;

import org.jspecify.annotations.NullMarked;
