package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.hunyuan4j.text.chat.ToolSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.function.Executable;

/** Models to chat with, and what tests of chats have in common. */
final class ChatModels implements AutoCloseable {
  static final String SCHEMA =
      "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":12},"
          + "\"age\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":150}},"
          + "\"required\":[\"name\",\"age\"],\"additionalProperties\":false}";

  static final List<ToolSpec> TOOLS =
      List.of(
          new ToolSpec("person", "stores a person", SCHEMA),
          new ToolSpec("now", "the time", "{\"type\":\"object\",\"additionalProperties\":false}"));

  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

  /** Does not think. */
  final Engine tales;

  /** Opens its thinking itself. */
  final Engine thinking;

  /** Finds its thinking opened by the prompt. */
  final Engine opened;

  /** Opens all; two of them are written to the folder. */
  ChatModels(Path folder) throws IOException {
    tales = Engine.open(Models.tinyTales());
    thinking = open(folder.resolve("thinking"), ThinkingModel.Opening.BY_THE_MODEL);
    opened = open(folder.resolve("opened"), ThinkingModel.Opening.BY_THE_PROMPT);
  }

  private static Engine open(Path folder, ThinkingModel.Opening opening) throws IOException {
    ThinkingModel.create(Files.createDirectory(folder), opening);
    return Engine.open(folder);
  }

  static ChatRequest request(Engine engine, String user, int maxTokens) {
    return engine
        .chatRequest(user)
        .withClock(NOON)
        .withOptions(options -> options.withMaxTokens(maxTokens));
  }

  /** What comes of an output that some model might write. */
  ChatResponse dictated(String output, ChatRequest request) {
    return new Dictation(tales).of(output, request);
  }

  /** That a text is what {@link #SCHEMA} allows. */
  static void assertValid(String json) {
    try {
      JsonNode value = new JsonMapper().readTree(json);
      JsonSchema schema =
          JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(SCHEMA);
      assertEquals(Set.of(), schema.validate(value), json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  /** What somebody is told who asks for what cannot be. */
  static String refusal(Executable refused) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, refused).getMessage());
  }

  @Override
  public void close() {
    tales.close();
    thinking.close();
    opened.close();
  }
}
