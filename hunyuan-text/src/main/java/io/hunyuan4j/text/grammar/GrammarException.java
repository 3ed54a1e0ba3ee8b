package io.hunyuan4j.text.grammar;

/**
 * A schema, expression or grammar that is broken, asks for something this package does not do, is
 * larger than its bounds or describes no text. The message is one sentence with the place.
 */
public final class GrammarException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String place;

  GrammarException(String place, String problem) {
    super((place.isEmpty() ? "" : place + ": ") + problem);
    this.place = place;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  /**
   * Where: for a JSON schema the JSON pointer of the keyword as a URI fragment, such as {@code
   * #/properties/age/multipleOf}; otherwise a line or a position.
   */
  public String place() {
    return place;
  }
}
