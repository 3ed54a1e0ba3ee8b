package io.hunyuan4j.text;

import io.hunyuan4j.text.template.Text;

/**
 * What a chat template printed.
 *
 * @param marked the text, each char with its mark whether the template wrote it
 */
public record RenderedPrompt(Text marked) {
  /** Exactly what the model will see, special tokens spelled. */
  public String text() {
    return marked.chars();
  }

  /** The ids of the text. */
  public int[] ids(Tokenizer tokenizer, ContentSafety safety) {
    return switch (safety) {
      case AS_PUBLISHED -> tokenizer.encode(marked.chars(), InputSpecials.ALLOWED);
      case PLAIN_CONTENT -> tokenizer.encode(marked);
    };
  }
}
