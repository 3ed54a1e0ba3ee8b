package io.hunyuan4j.text.grammar;

import io.hunyuan4j.text.grammar.CharAutomaton.TooLargeException;
import io.hunyuan4j.text.grammar.Shape.Part;
import io.hunyuan4j.text.grammar.Shape.Strings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The texts that strings of the schemas of one format may be, each automaton made once. */
final class StringTexts {
  private final WorkLimit work;
  private final Map<String, CharAutomaton> patterns = new HashMap<>();
  private final Map<String, CharAutomaton> formats = new HashMap<>();
  private final Map<Joined, CharAutomaton> joined = new HashMap<>();

  /** Texts that must hold at once, and lengths. */
  private record Joined(List<CharAutomaton> texts, int min, int max) {}

  StringTexts(WorkLimit work) {
    this.work = work;
  }

  WorkLimit work() {
    return work;
  }

  /**
   * The texts that contain a match of a pattern.
   *
   * @param place where it stands, for errors
   */
  CharAutomaton ofPattern(String pattern, String place) throws TooLargeException {
    CharAutomaton texts = patterns.get(pattern);
    if (texts == null) {
      texts = Patterns.containing(RegexParser.parse(pattern, place), work);
      patterns.put(pattern, texts);
    }
    return texts;
  }

  /** The texts of a format that is known. */
  CharAutomaton ofFormat(String name) throws TooLargeException {
    CharAutomaton texts = formats.get(name);
    if (texts == null) {
      texts = StringFormats.automaton(name, work);
      formats.put(name, texts);
    }
    return texts;
  }

  /** The texts that all parts allow, of the lengths that are wanted; there is at least one part. */
  CharAutomaton of(Strings strings) throws TooLargeException {
    Joined key =
        new Joined(
            strings.parts().stream().map(Part::texts).toList(), strings.min(), strings.max());
    CharAutomaton texts = joined.get(key);
    if (texts == null) {
      texts = key.texts().getFirst();
      for (CharAutomaton other : key.texts().subList(1, key.texts().size())) {
        texts = texts.and(other, work);
      }
      if (strings.min() > 0 || strings.max() < Expression.UNBOUNDED) {
        texts = texts.ofLength(strings.min(), strings.max(), work);
      }
      joined.put(key, texts);
    }
    return texts;
  }
}
