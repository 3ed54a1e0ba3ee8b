package io.hunyuan4j.text.template;

/** The beginning of a text that may be of any length, for an error. */
final class Excerpt {
  private static final int MOST = 1000;
  private static final int MOST_OF_NAME = 200;

  private Excerpt() {}

  /** What an error says; what a template raises, or a name in it, may be a megabyte. */
  static String ofProblem(String problem) {
    return problem.length() <= MOST
        ? problem
        : beginning(problem, MOST) + "… (cut, of " + problem.length() + " characters)";
  }

  /** A name within an error. */
  static String ofName(String name) {
    return name.length() <= MOST_OF_NAME ? name : beginning(name, MOST_OF_NAME) + "…";
  }

  /** Without half a character at its end. */
  private static String beginning(String text, int most) {
    boolean split =
        Character.isHighSurrogate(text.charAt(most - 1))
            && Character.isLowSurrogate(text.charAt(most));
    return text.substring(0, split ? most - 1 : most);
  }
}
