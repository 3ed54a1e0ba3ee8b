package io.hunyuan4j.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.template.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the template of a folder comes from, and what it sees. */
class ChatTemplateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-06-30T23:30:00Z"), ZoneId.of("Asia/Shanghai"));
  private static final ChatInput HELLO =
      ChatInput.of(List.of(Map.of("role", "user", "content", "Hello")));

  @TempDir private Path folder;

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private String render(ChatInput input) throws IOException {
    return ChatTemplate.open(folder).render(input, CLOCK).text();
  }

  private String problem() {
    return String.valueOf(
            assertThrows(VocabularyFormatException.class, () -> ChatTemplate.open(folder))
                .getMessage())
        .replace(folder + "/", "");
  }

  @Test
  void configsTemplate_isTaken_unlessThereIsAFile() throws IOException {
    write("tokenizer_config.json", "{\"chat_template\": \"config {{ messages[0].content }}\"}");
    assertEquals("config Hello", render(HELLO));
    write("chat_template.jinja", "file {{ messages[0].content }}\r\n");
    assertEquals("file Hello", render(HELLO));
  }

  @Test
  void namedTemplates_areForToolsAndForTheRest() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "rag", "template": "{% anything %}"},
                           {"name": "tool_use", "template": "tools"},
                           {"name": "default", "template": "default"}]}
        """);
    assertEquals("default", render(HELLO));
    assertEquals("tools", render(HELLO.withTools(List.of())));
    write("chat_template.jinja", "file");
    assertEquals("file", render(HELLO.withTools(List.of())));
    write("additional_chat_templates/tool_use.jinja", "file with tools");
    assertEquals("file with tools", render(HELLO.withTools(List.of())));
    assertEquals("file", render(HELLO));
  }

  @Test
  void template_seesWhatTransformersGives() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"bos_token": "<s>", "eos_token": {"content": "</s>", "lstrip": false}, "pad_token": null,
         "additional_special_tokens": ["<a>", {"content": "<b>"}], "other_token": "<o>",
         "chat_template": "{{ [bos_token, eos_token, pad_token, other_token, additional_special_tokens, tools, documents, add_generation_prompt, x] }}"}
        """);
    assertEquals(
        "['<s>', '</s>', Undefined, Undefined, ['<a>', '<b>'], None, None, False, Undefined]",
        render(HELLO));
    assertEquals(
        "['<s>', 'mine', Undefined, Undefined, ['<a>', '<b>'], [1], None, True, {'y': None}]",
        render(
            new ChatInput(
                List.of(),
                Optional.of(List.of(1)),
                Map.of(
                    "eos_token",
                    "mine",
                    "add_generation_prompt",
                    true,
                    "x",
                    Collections.singletonMap("y", null)))));
  }

  @Test
  void time_isThatOfTheClocksZone() throws IOException {
    write("chat_template.jinja", "{{ strftime_now('%A %d %B %Y %H:%M') }}");
    assertEquals("Tuesday 01 July 2025 07:30", render(HELLO));
  }

  @Test
  void withoutATemplate_hunyuansFormatsAreBuiltIn() throws IOException {
    ChatInput input =
        ChatInput.of(
            List.of(
                Map.of("role", "system", "content", "S"),
                Map.of("role", "user", "content", "U"),
                Map.of("role", "tool", "content", "T")));
    String large = "<|startoftext|>S<|extra_4|>U<|extra_0|>T";
    assertEquals(large, render(input));
    write("config.json", "{\"architectures\": [\"HunYuanForCausalLM\"]}");
    assertEquals(large, render(input));
    for (String name : List.of("HunYuanMoEV1ForCausalLM", "HunYuanDenseV1ForCausalLM")) {
      write("config.json", "{\"architectures\": [\"" + name + "\"]}");
      assertEquals(large + "<|extra_0|>", render(input));
      assertEquals(
          large + "<|extra_0|><think>\n\n</think>\n",
          render(input.withOptions(Map.of("enable_thinking", false))));
      var error =
          assertThrows(TemplateException.class, () -> render(input.withTools(List.of("tool"))));
      assertEquals(
          "tools need the chat template that the checkpoint was published with, and there is none",
          error.problem());
    }
  }

  @Test
  void builtIn_emptyFirstMessage_failsAsInThePublishedTemplates() throws IOException {
    ChatInput empty = ChatInput.of(List.of(Map.of("role", "user", "content", "")));
    var error = assertThrows(TemplateException.class, () -> render(empty));
    assertEquals(
        "the content of the first message is empty, which the format of Hunyuan-Large does not allow",
        error.problem());
  }

  @Test
  void foreignModelWithoutATemplate_isRefused() throws IOException {
    write("config.json", "{\"architectures\": [\"LlamaForCausalLM\"]}");
    assertEquals(
        "config.json: /architectures: the checkpoint has no chat template, and only for Hunyuan's architectures one is built in",
        problem());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          {"chat_template": "one\\n{% two %}"} ~ tokenizer_config.json: /chat_template line 2: TemplateSyntaxError: Encountered unknown tag 'two'.
          {"chat_template": [{"name": "default", "template": "\\n\\n{{ x | xmlattr }}"}]} ~ tokenizer_config.json: /chat_template/0/template line 3: TemplateNotSupportedError: the filter 'xmlattr'
          {"chat_template": [{"name": "rag", "template": ""}]} ~ tokenizer_config.json: /chat_template: expected a template called "default", found an array
          {"chat_template": [{"template": ""}]} ~ tokenizer_config.json: /chat_template/0/name: expected a string, found nothing
          {"chat_template": 5}      ~ tokenizer_config.json: /chat_template: expected a string, found "5"
          {"eos_token": ["<s>"]}    ~ tokenizer_config.json: /eos_token: expected a string, found an array
          {"chat_template":         ~ tokenizer_config.json: line 1, column 18: expected JSON, but: Unexpected end-of-input within/between Object entries
          """)
  void brokenConfig_namesThePlace(String config, String problem) throws IOException {
    write("tokenizer_config.json", config);
    assertEquals(problem, problem());
  }

  @Test
  void brokenFile_namesTheLine() throws IOException {
    write("chat_template.jinja", "one\n\n{% for x in %}\n");
    assertEquals(
        "chat_template.jinja: line 3: TemplateSyntaxError: unexpected end of statement block",
        problem());
    write("chat_template.jinja", "x".repeat((1 << 20) + 1));
    assertEquals(
        "chat_template.jinja: TemplateLimitError: a template of 1048577 chars, expected at most 1048576",
        problem());
  }

  @Test
  void templateThatIsNotUtf8_isRefused() throws IOException {
    byte[] latin1 = "<s>{{ 'Réponse' }}".getBytes(ISO_8859_1);
    Files.write(folder.resolve("chat_template.jinja"), latin1);
    assertEquals("chat_template.jinja: byte 8: expected UTF-8, found 0xE9", problem());
    write("chat_template.jinja", "<s>{{ 'R\uFFFDponse' }}");
    assertEquals("<s>R\uFFFDponse", render(HELLO));
  }

  @Test
  void options_cannotBeMessagesOrTools() {
    for (String name : List.of("messages", "tools")) {
      assertEquals(
          "\"" + name + "\" is no option of a chat template",
          assertThrows(
                  IllegalArgumentException.class, () -> HELLO.withOptions(Map.of(name, List.of())))
              .getMessage());
    }
  }

  @Test
  void mentions_looksAtTheSourceOfAllTemplates() throws IOException {
    write("chat_template.jinja", "{{ messages[0].content }}");
    assertFalse(ChatTemplate.open(folder).mentions("<think>"));
    write("additional_chat_templates/tool_use.jinja", "{# never printed: <think> #}");
    assertTrue(ChatTemplate.open(folder).mentions("<think>"));
  }
}
