package io.hunyuan4j.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.text.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every conversation of the official results, by the official templates and, where they do without
 * the long instructions for tools, by the formats that are built in.
 */
class ChatGoldenTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Clock EPOCH = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  /** A checkpoint's tokenizer with a template. */
  private record Chat(ChatTemplate template, Tokenizer tokenizer) {}

  private record Chats(Chat large, Chat a13b) {
    Chat of(JsonNode line) {
      return isLarge(line) ? large : a13b;
    }
  }

  @TestFactory
  Stream<DynamicTest> official() throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      return Stream.of(dynamicTest("bundled, without the official files", this::greets));
    }
    Chats chats =
        new Chats(
            new Chat(
                ChatTemplate.open(Fixtures.hunyuan().resolve("large")),
                tokenizer(SpecialTokens.hunyuanLarge())),
            new Chat(
                ChatTemplate.open(Fixtures.hunyuan().resolve("a13b")),
                tokenizer(SpecialTokens.hunyuanA13b())));
    return Fixtures.lines("chat.jsonl").stream()
        .map(
            line -> dynamicTest(line.get("name").textValue(), () -> matches(line, chats.of(line))));
  }

  @TestFactory
  Stream<DynamicTest> builtIn(@TempDir Path folder) throws IOException {
    if (!Fixtures.haveOfficialFiles()) {
      return Stream.of(dynamicTest("bundled, without the official files", this::greets));
    }
    Chat large = new Chat(ChatTemplate.open(folder), tokenizer(SpecialTokens.hunyuanLarge()));
    Files.writeString(
        folder.resolve("config.json"), "{\"architectures\": [\"HunYuanMoEV1ForCausalLM\"]}");
    Chat a13b = new Chat(ChatTemplate.open(folder), tokenizer(SpecialTokens.hunyuanA13b()));
    Chats chats = new Chats(large, a13b);
    return Fixtures.lines("chat.jsonl").stream()
        .filter(line -> line.path("tools").isEmpty() || isLarge(line))
        .map(
            line ->
                dynamicTest(
                    line.get("name").textValue(),
                    () -> {
                      Chat chat = chats.of(line);
                      if (line.has("text")) {
                        matches(line, chat);
                      } else {
                        assertThrows(TemplateException.class, () -> render(line, chat));
                      }
                    }));
  }

  private void greets() throws IOException {
    ChatTemplate template = ChatTemplate.open(Fixtures.bundledModel());
    List<?> messages = List.of(Map.of("role", "user", "content", "Hello"));
    assertEquals(
        "<|startoftext|>You are a storyteller.<|extra_4|>Hello<|extra_0|>",
        template.render(ChatInput.of(messages), EPOCH).text());
  }

  private static boolean isLarge(JsonNode line) {
    return line.get("template").textValue().equals("large");
  }

  private static Tokenizer tokenizer(SpecialTokens specials) throws IOException {
    return Tokenizer.fromTiktoken(Fixtures.hunyuan().resolve("large/hy.tiktoken"), specials);
  }

  private static void matches(JsonNode line, Chat chat) {
    if (line.has("error")) {
      var error = assertThrows(TemplateException.class, () -> render(line, chat));
      assertEquals(line.get("error").textValue(), error.pythonError());
      return;
    }
    RenderedPrompt prompt = render(line, chat);
    assertEquals(line.get("text").textValue(), prompt.text());
    int[] ids = Fixtures.ids(line.get("ids"));
    assertArrayEquals(ids, prompt.ids(chat.tokenizer(), ContentSafety.AS_PUBLISHED));
    // Where contents spell no special token, it does not matter how they are taken.
    if (!line.get("name").textValue().contains("special-text")) {
      assertArrayEquals(ids, prompt.ids(chat.tokenizer(), ContentSafety.PLAIN_CONTENT));
    }
  }

  private static RenderedPrompt render(JsonNode line, Chat chat) {
    ChatInput input = ChatInput.of((List<?>) java(line.get("messages")));
    if (line.has("tools")) {
      input = input.withTools((List<?>) java(line.get("tools")));
    }
    Map<String, Object> options = new LinkedHashMap<>();
    Clock clock = EPOCH;
    for (var option : line.path("options").properties()) {
      if (option.getKey().equals("now")) {
        var format = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");
        var now = LocalDateTime.parse(option.getValue().textValue(), format);
        clock = Clock.fixed(now.toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
      } else {
        options.put(option.getKey(), java(option.getValue()));
      }
    }
    return chat.template().render(input.withOptions(options), clock);
  }

  private static Object java(JsonNode json) {
    return MAPPER.convertValue(json, Object.class);
  }
}
