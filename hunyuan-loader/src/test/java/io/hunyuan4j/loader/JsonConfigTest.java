package io.hunyuan4j.loader;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.ConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values by type, refusals by place, and the memory of what was read. */
final class JsonConfigTest {
  @TempDir Path folder;

  @Test
  void readsValuesOfEveryType() throws IOException {
    ConfigSource config =
        config(
            """
            {"n": 3, "x": 0.5, "on": true, "name": "é\\n", "list": [1, 2.0, 3e0], "names": ["a", ""],
             "nothing": null, "nested": {"y": -1e-3}}
            """);
    assertEquals(3, config.integer("n"));
    assertEquals(OptionalInt.of(3), config.optionalInteger("n"));
    assertEquals(3.0, config.number("n"));
    assertEquals(0.5, config.number("x", 7));
    assertTrue(config.flag("on", false));
    assertEquals("é\n", config.text("name"));
    assertEquals(Optional.of("é\n"), config.optionalText("name"));
    assertEquals(List.of(1, 2, 3), config.integers("list"));
    assertEquals(List.of(3), config.integers("n"));
    assertEquals(List.of("a", ""), config.texts("names"));
    assertEquals(-0.001, config.object("nested").orElseThrow().number("y"));
  }

  @ParameterizedTest
  @CsvSource({"absent", "nothing"})
  void takesNullForAbsent(String key) throws IOException {
    ConfigSource config = config("{\"nothing\": null}");
    assertFalse(config.has(key));
    assertEquals(OptionalInt.empty(), config.optionalInteger(key));
    assertEquals(7, config.number(key, 7));
    assertTrue(config.flag(key, true));
    assertEquals(Optional.empty(), config.optionalText(key));
    assertEquals(List.of(), config.integers(key));
    assertEquals(List.of(), config.texts(key));
    assertEquals(Optional.empty(), config.object(key));
    String found = key.equals("absent") ? "no such key" : "null";
    assertEquals(
        "config.json: /%s: expected an integer, found %s".formatted(key, found),
        assertThrows(CheckpointFormatException.class, () -> config.integer(key)).getMessage());
    assertThrows(CheckpointFormatException.class, () -> config.number(key));
    assertThrows(CheckpointFormatException.class, () -> config.text(key));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "8                     | 8",
        "8.0                   | 8",
        "1e3                   | 1000",
        "-0                    | 0",
        "0e99                  | 0",
        "-2147483648           | -2147483648",
        "2147483648            | expected an integer from -2147483648 to 2147483647, found"
            + " 2147483648",
        "1e300                 | expected an integer from -2147483648 to 2147483647, found 1E+300",
        "8.5                   | expected an integer, found 8.5",
        "8.0000000000000000001 | expected an integer, found 8.0000000000000000001",
        "1e-999999999          | expected an integer, found 1E-999999999",
        "1e400                 | expected an integer, found 1E+400",
        "NaN                   | expected an integer, found NaN",
        "\"8\"                 | expected an integer, found \"8\"",
        "true                  | expected an integer, found true",
        "[8]                   | expected an integer, found [8]"
      })
  void readsIntegersExactlyOrRefusesThem(String json, String expected) throws IOException {
    assertEquals(expected, outcome(json, config -> config.integer("a")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1e-5      | 1.0E-5",
        "1000000000| 1.0E9",
        "1e-400    | 0.0",
        "1e400     | expected a finite number, found 1E+400",
        "NaN       | expected a finite number, found NaN",
        "Infinity  | expected a finite number, found Infinity",
        "-Infinity | expected a finite number, found -Infinity",
        "\"x\"     | expected a number, found \"x\"",
        "false     | expected a number, found false",
        "{}        | expected a number, found {}"
      })
  void readsFiniteNumbersOrRefusesThem(String json, String expected) throws IOException {
    assertEquals(expected, outcome(json, config -> config.number("a")));
  }

  @Test
  void refusesOtherTypesByName() throws IOException {
    assertEquals("expected true or false, found 1", outcome("1", config -> config.flag("a", true)));
    assertEquals("expected a string, found 1", outcome("1", config -> config.text("a")));
    assertEquals("expected an object, found []", outcome("[]", config -> config.object("a")));
    assertEquals(
        "expected an array of strings, found \"x\"", outcome("\"x\"", config -> config.texts("a")));
  }

  @Test
  void givesThePlaceAsAPointer() throws IOException {
    ConfigSource config =
        config(
            "{\"rope_scaling\": {\"alpha\": \"x\", \"a/b~c\": [1, null]}, \"names\": [\"a\", 2]}");
    ConfigSource scaling = config.object("rope_scaling").orElseThrow();
    assertEquals(
        "config.json: /rope_scaling/alpha: expected a number, found \"x\"",
        assertThrows(CheckpointFormatException.class, () -> scaling.number("alpha")).getMessage());
    assertEquals(
        "config.json: /rope_scaling/a~1b~0c/1: expected an integer, found null",
        assertThrows(CheckpointFormatException.class, () -> scaling.integers("a/b~c"))
            .getMessage());
    assertEquals(
        "config.json: /names/1: expected a string, found 2",
        assertThrows(CheckpointFormatException.class, () -> config.texts("names")).getMessage());
    assertEquals(
        "config.json: /rope_scaling/type: expected linear or dynamic, found absent",
        scaling
            .invalid("type", "expected linear or dynamic, found " + scaling.describe("type"))
            .getMessage());
  }

  @Test
  void remembersWhatWasRead() throws IOException {
    ConfigSource config =
        config(
            "{\"a\": 1, \"b\": null, \"c\": {\"d\": 1, \"e\": {\"f\": 2}, \"g\": null}, \"h\":"
                + " {\"i\": 1}}");
    assertEquals(Set.of("a", "b", "c", "h"), config.keys());
    assertEquals("1", config.describe("a"));
    assertEquals("2", config.object("c").orElseThrow().describe("e.f"));
    assertEquals("1", config.describe("h.i"));
    assertEquals(Set.of("a", "c.d", "c.e", "h"), config.unreadKeys());
    config.integer("a");
    config.has("h");
    ConfigSource nested = config.object("c").orElseThrow();
    assertEquals(Set.of("c.d", "c.e", "h.i"), config.unreadKeys());
    nested.integer("d");
    nested.object("e").orElseThrow().integer("f");
    config.object("h").orElseThrow().optionalInteger("i");
    assertEquals(Set.of(), config.unreadKeys());
  }

  @Test
  void cutsWhatItShows() throws IOException {
    ConfigSource config = config("{\"a\": \"" + "x".repeat(100_000) + "\\u001b\"}");
    assertEquals(161, config.describe("a").length());
    assertEquals("absent", config.describe("b"));
    assertEquals("absent", config.describe("a.b"));
  }

  private interface Reading {
    Object read(ConfigSource config);
  }

  /** What reading gives as text, or the reason why it does not. */
  private String outcome(String json, Reading reading) throws IOException {
    ConfigSource config = config("{\"a\": " + json + "}");
    try {
      return reading.read(config).toString();
    } catch (CheckpointFormatException e) {
      return e.reason().replaceFirst("^/a: ", "");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a": {"b": 1]} | Unexpected close marker ']': expected '}' (byte 13)
          {"a": {"b": 1   | Unexpected end-of-input: expected close marker for Object (byte 13)
          """)
  void brokenJson_isNamedWithoutASource(String json, String fault) {
    assertEquals(
        "config.json: expected JSON, found a fault: " + fault,
        assertThrows(CheckpointFormatException.class, () -> config(json)).getMessage());
  }

  private ConfigSource config(String json) throws IOException {
    return JsonConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
