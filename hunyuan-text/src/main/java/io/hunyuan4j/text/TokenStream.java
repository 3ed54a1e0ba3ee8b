package io.hunyuan4j.text;

/**
 * Decodes ids one at a time, as a model produces them. The pieces together are the text that {@link
 * Tokenizer#decode} gives for all ids. For one reply and one thread; made by {@link
 * Tokenizer#stream}.
 */
public final class TokenStream {
  private final Tokenizer tokenizer;
  private final OutputSpecials specials;
  private final Utf8Stream utf8 = new Utf8Stream();

  TokenStream(Tokenizer tokenizer, OutputSpecials specials) {
    this.tokenizer = tokenizer;
    this.specials = specials;
  }

  /**
   * What is new after {@code id}: empty while only a part of a character is there.
   *
   * @throws IllegalArgumentException as {@link Tokenizer#decode} does
   */
  public String append(int id) {
    StringBuilder piece = new StringBuilder();
    tokenizer.decode(id, specials, utf8, piece);
    return piece.toString();
  }

  /**
   * What is new after the last id: one U+FFFD if a character was cut short, else empty. The stream
   * can begin another text then.
   */
  public String finish() {
    StringBuilder piece = new StringBuilder();
    utf8.finish(piece);
    return piece.toString();
  }
}
