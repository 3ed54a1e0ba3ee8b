package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.hunyuan4j.text.grammar.Grammar.KeyPolicy;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as it is written and knows the keys of the objects that are open, so that none comes
 * twice: which no automaton could know. Immutable; keys are compared as they are written, which is
 * right where each has one spelling.
 *
 * @param tag stands before the JSON, as ISO 8859-1 of its bytes; its first byte occurs only there
 * @param tagRead how much of it stands at the end of the text; −1 if there are no keys to watch
 * @param level the innermost object or array that is open
 * @param key the key that is being written, as ISO 8859-1 of its bytes
 */
record KeyWatch(String tag, int tagRead, @Nullable Level level, Place place, String key) {
  /** An object or array that is open. */
  record Level(boolean isObject, Set<String> keys, @Nullable Level outer) {}

  /** Where in JSON the next byte stands. */
  enum Place {
    BEFORE_KEY,
    KEY,
    KEY_ESCAPE,
    OUTSIDE,
    STRING,
    STRING_ESCAPE
  }

  static KeyWatch of(KeyPolicy policy) {
    String tag = new String(policy.tag().getBytes(UTF_8), ISO_8859_1);
    return new KeyWatch(tag, policy.watched() ? 0 : -1, null, Place.OUTSIDE, "");
  }

  /** The watch after these bytes, or null if they write a key again. */
  @Nullable KeyWatch after(byte[] bytes) {
    KeyWatch watch = this;
    for (byte b : bytes) {
      watch = watch.after(b & 0xFF);
      if (watch == null) {
        return null;
      }
    }
    return watch;
  }

  private @Nullable KeyWatch after(int value) {
    if (tagRead < 0) {
      return this;
    }
    if (tagRead < tag.length()) {
      int read = tag.charAt(tagRead) == value ? tagRead + 1 : tag.charAt(0) == value ? 1 : 0;
      return new KeyWatch(tag, read, null, place, "");
    }
    return switch (place) {
      case BEFORE_KEY, OUTSIDE -> afterOutside(value);
      case KEY -> afterKey(value);
      case KEY_ESCAPE -> with(level, Place.KEY, key + (char) value);
      case STRING ->
          value == '"'
              ? with(level, Place.OUTSIDE, "")
              : value == '\\' ? with(level, Place.STRING_ESCAPE, "") : this;
      case STRING_ESCAPE -> with(level, Place.STRING, "");
    };
  }

  private KeyWatch with(@Nullable Level newLevel, Place newPlace, String newKey) {
    return new KeyWatch(tag, tagRead, newLevel, newPlace, newKey);
  }

  private KeyWatch afterOutside(int value) {
    return switch (value) {
      case '{' -> with(new Level(true, Set.of(), level), Place.BEFORE_KEY, "");
      case '[' -> with(new Level(false, Set.of(), level), Place.OUTSIDE, "");
      case '}', ']' -> with(level == null ? null : level.outer(), Place.OUTSIDE, "");
      case ',' ->
          with(level, level != null && level.isObject() ? Place.BEFORE_KEY : Place.OUTSIDE, "");
      case '"' -> with(level, place == Place.BEFORE_KEY ? Place.KEY : Place.STRING, "");
      default -> this;
    };
  }

  private @Nullable KeyWatch afterKey(int value) {
    if (value == '\\') {
      return with(level, Place.KEY_ESCAPE, key + '\\');
    }
    if (value != '"' || level == null) {
      return with(level, Place.KEY, key + (char) value);
    }
    if (level.keys().contains(key)) {
      return null;
    }
    Set<String> keys = new HashSet<>(level.keys());
    keys.add(key);
    return with(new Level(true, keys, level.outer()), Place.OUTSIDE, "");
  }

  /**
   * How many quotation marks a token must have at least to write a key again, from 1 to 3; more
   * than 3 if none can.
   */
  int quotesOfRepeats() {
    if (tagRead < 0) {
      return 4;
    }
    return switch (place) {
      case BEFORE_KEY, OUTSIDE -> 2;
      case KEY, KEY_ESCAPE -> mayRepeat() ? 1 : 3;
      case STRING, STRING_ESCAPE -> 3;
    };
  }

  private boolean mayRepeat() {
    return level != null && level.keys().stream().anyMatch(used -> used.startsWith(key));
  }
}
