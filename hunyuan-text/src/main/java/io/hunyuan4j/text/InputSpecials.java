package io.hunyuan4j.text;

/** What the spelling of a special token means in a text that is encoded. */
public enum InputSpecials {
  /**
   * {@code <|eos|>} in the text is the token of that name: for prompts that a chat template wrote.
   */
  ALLOWED,
  /** {@code <|eos|>} in the text is seven ordinary characters: for text that a stranger wrote. */
  AS_TEXT
}
