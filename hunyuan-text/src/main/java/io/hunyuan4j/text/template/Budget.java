package io.hunyuan4j.text.template;

/** What one rendering has used of its {@link Limits}. */
final class Budget {
  private static final int CHARS_PER_STEP = 64;
  private static final int CHARS_READ_PER_STEP = 8;

  /** An element takes about the memory of so many chars: a reference, and often an object. */
  private static final int CHARS_PER_ELEMENT = 16;

  private final Limits limits;
  private long steps;
  private long characters;
  private int depth;

  Budget(Limits limits) {
    this.limits = limits;
  }

  /** One unit of work. */
  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw TemplateException.limit("more than " + limits.steps() + " steps");
    }
  }

  /** The work of looking at {@code count} chars one by one, a step at least. */
  void read(long count) {
    steps(1 + count / CHARS_READ_PER_STEP);
  }

  /** The work of comparing {@code count} chars, many at a time, a step at least. */
  void scan(long count) {
    steps(1 + count / CHARS_PER_STEP);
  }

  /** The work of looking for a text of {@code wanted} chars among {@code count}, at its worst. */
  void search(long count, long wanted) {
    scan(Math.multiplyExact(Math.max(1, wanted), count));
  }

  /** To be called before a value of so many chars or elements is made. */
  void characters(long count) {
    if (count > limits.characters() - characters) {
      throw TemplateException.limit(
          "values of more than " + limits.characters() + " characters and elements together");
    }
    characters += count;
  }

  /** To be called before so many elements of lists or dicts are made. */
  void elements(long count) {
    characters(CHARS_PER_ELEMENT * count);
  }

  /** To be called with the length that the result has got. */
  void output(long length) {
    if (length > limits.outputCharacters()) {
      throw TemplateException.limit(
          "a result of more than " + limits.outputCharacters() + " characters");
    }
  }

  /** One level down, with {@link #leave} after it. */
  void enter() {
    step();
    if (++depth > limits.depth()) {
      throw TemplateException.limit("nested more than " + limits.depth() + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
