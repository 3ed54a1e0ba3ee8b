package io.hunyuan4j.text.template;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The language against Jinja2 itself: each line of {@code jinja.jsonl} is a template and what
 * Jinja2 3.1.6 made of it, set up as transformers does ({@code jinja.py} beside it).
 */
class JinjaTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> asJinja() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> lines = new ArrayList<>();
    try (var in = JinjaTest.class.getResourceAsStream("jinja.jsonl")) {
      assertTrue(in != null, "jinja.jsonl is missing");
      for (String line : new String(in.readAllBytes(), UTF_8).strip().split("\n")) {
        lines.add(mapper.readTree(line));
      }
    }
    Map<String, Value> variables = new LinkedHashMap<>();
    for (var variable : lines.removeLast().get("variables").properties()) {
      Object value = mapper.convertValue(variable.getValue(), Object.class);
      variables.put(variable.getKey(), Value.of(value));
    }
    return lines.stream()
        .map(line -> dynamicTest(line.get("template").textValue(), () -> check(line, variables)));
  }

  private static void check(JsonNode line, Map<String, Value> variables) {
    String source = line.get("template").textValue();
    if (line.has("syntax")) {
      var error = assertThrows(TemplateException.class, () -> Template.parse(source));
      assertTrue(error.line() > 0, error.getMessage());
      return;
    }
    Template template = Template.parse(source);
    if (line.has("error")) {
      var error = assertThrows(TemplateException.class, () -> render(template, variables));
      assertEquals(line.get("error").textValue(), error.pythonError());
      assertTrue(error.line() > 0, error.getMessage());
    } else {
      assertEquals(line.get("text").textValue(), render(template, variables));
    }
  }

  private static String render(Template template, Map<String, Value> variables) {
    return template.render(variables, Limits.forInput(0), CLOCK).chars();
  }
}
