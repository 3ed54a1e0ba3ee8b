package io.hunyuan4j.text.grammar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Whole numbers in JSON schemas: exactly those between the bounds, in one spelling. */
class IntegersTest {
  private static final List<Integer> BOUNDS =
      List.of(
          -1001, -1000, -999, -100, -99, -12, -10, -9, -1, 0, 1, 5, 9, 10, 12, 99, 100, 999, 1000);

  private final ConstraintVocabulary vocabulary = Vocabularies.of("12", "00");

  private boolean admits(CompiledFormat format, String text) {
    return format.after(format.recognizer().start(), text.getBytes(UTF_8)).accepting;
  }

  private CompiledFormat compile(String schema) {
    return CompiledFormat.compile(new ResponseFormat.JsonSchema(schema), vocabulary);
  }

  @Test
  void between_anyBounds() {
    for (int min : BOUNDS) {
      for (int max : BOUNDS) {
        if (min <= max) {
          CompiledFormat format =
              compile("{\"type\":\"integer\",\"minimum\":%d,\"maximum\":%d}".formatted(min, max));
          for (int value = -1200; value <= 1200; value++) {
            assertEquals(
                min <= value && value <= max,
                admits(format, Integer.toString(value)),
                () -> "between " + min + " and " + max);
          }
          assertFalse(admits(format, "-0") || admits(format, "01") || admits(format, "-"));
        }
      }
    }
  }

  @Test
  void manyPropertiesOfTheSameBounds_areOneRule() {
    StringBuilder properties = new StringBuilder("\"n\":{\"type\":\"integer\"}");
    for (int i = 0; i < 50; i++) {
      properties.append(",\"n%d\":{\"type\":\"integer\",\"title\":\"t%d\"}".formatted(i, i));
    }
    CompiledFormat format =
        compile("{\"additionalProperties\":false,\"properties\":{%s}}".formatted(properties));
    int nodes = format.recognizer().program().nodes().size();
    assertTrue(nodes < 1500, nodes + " nodes");
    assertTrue(admits(format, "{\"n\":1,\"n3\":-12,\"n49\":0}"));
  }
}
