package io.hunyuan4j.text;

/** What the spelling of a special token means inside the contents that a chat template prints. */
public enum ContentSafety {
  /**
   * {@code <|eos|>} in a message is the token of that name, as in the official code: whoever writes
   * a message can end it and begin another in anybody's name.
   */
  AS_PUBLISHED,
  /**
   * Special tokens are only those that the template wrote, every character of them. What comes from
   * messages, tools and options never makes one, whatever the template does with it. (A template
   * that writes {@code <|}, the role of a message and {@code |>} makes none either.)
   */
  PLAIN_CONTENT
}
