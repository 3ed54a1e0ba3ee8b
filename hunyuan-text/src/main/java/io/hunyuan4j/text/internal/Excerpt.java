package io.hunyuan4j.text.internal;

/** The beginning of a text that may be of any length, for an error. */
public final class Excerpt {
  private static final int MOST = 1000;
  private static final int MOST_OF_NAME = 200;
  private static final int MOST_OF_VALUE = 80;

  private Excerpt() {}

  /** What an error says; what a template raises, or a name in it, may be a megabyte. */
  public static String ofProblem(String problem) {
    return problem.length() <= MOST
        ? problem
        : beginning(problem, MOST) + "… (cut, of " + problem.length() + " characters)";
  }

  /** A name within an error. */
  public static String ofName(String name) {
    return shortened(name, MOST_OF_NAME);
  }

  /** A value that an error quotes. */
  public static String ofValue(Object value) {
    return shortened(value.toString(), MOST_OF_VALUE);
  }

  private static String shortened(String text, int most) {
    return text.length() <= most ? text : beginning(text, most) + "…";
  }

  /** Without half a character at its end. */
  private static String beginning(String text, int most) {
    boolean split =
        Character.isHighSurrogate(text.charAt(most - 1))
            && Character.isLowSurrogate(text.charAt(most));
    return text.substring(0, split ? most - 1 : most);
  }
}
