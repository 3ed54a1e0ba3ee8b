package io.hunyuan4j.core;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A checkpoint's configuration, by its own keys and with types. Remembers which keys were asked
 * for, so that a key that nobody understands can be found and refused.
 *
 * <p>A JSON {@code null} counts as absent. Every method that finds a value of another type throws
 * the exception that {@link #invalid} makes, naming key, expected type and value.
 */
public interface ConfigSource {

  /** Whether the key is there and not null. Counts as reading it. */
  boolean has(String key);

  /** A required integer. */
  int integer(String key);

  /** An integer that may be absent. */
  OptionalInt optionalInteger(String key);

  /** A required finite number; integers count as numbers. */
  double number(String key);

  /** A finite number, or {@code fallback} where the key is absent. */
  double number(String key, double fallback);

  /** A truth value, or {@code fallback} where the key is absent. */
  boolean flag(String key, boolean fallback);

  /** A required string. */
  String text(String key);

  /** A string that may be absent. */
  Optional<String> optionalText(String key);

  /** A list of integers; a single integer is a list of one; absent is an empty list. */
  List<Integer> integers(String key);

  /** A list of strings; absent is an empty list. */
  List<String> texts(String key);

  /**
   * A nested object that may be absent. What is read of it counts for {@link #unreadKeys} as {@code
   * key.nested}.
   */
  Optional<ConfigSource> object(String key);

  /** All keys of this object, nulls included. */
  Set<String> keys();

  /** The keys not yet asked for whose value is not null, nested ones as {@code outer.inner}. */
  Set<String> unreadKeys();

  /**
   * The value of a key as text, for messages; {@code absent} where there is none. Does not count as
   * reading.
   */
  String describe(String key);

  /**
   * The exception for a key with a value that cannot be used: one sentence with the file, the key
   * and the reason.
   */
  RuntimeException invalid(String key, String reason);
}
