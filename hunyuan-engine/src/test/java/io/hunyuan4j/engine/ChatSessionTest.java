package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.generate.ContextOverflow;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.OutputPart;
import io.hunyuan4j.text.chat.ToolCall;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import io.hunyuan4j.text.template.TemplateException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Conversations that go on: the same answers as to the whole conversation, and less work. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatSessionTest {
  private static final List<String> TURNS =
      List.of("Tell me about a king.", "And his daughter?", "Who was their dog?", "The end.");

  @TempDir Path folder;
  private Engine tales;
  private Engine thinking;

  @BeforeAll
  void open(@TempDir Path checkpoint) throws IOException {
    tales = Engine.open(Models.tinyTales(), EngineOptions.defaults().withPrefixCacheBytes(0));
    ThinkingModel.create(checkpoint, ThinkingModel.Opening.BY_THE_PROMPT);
    thinking = Engine.open(checkpoint);
  }

  @AfterAll
  void close() {
    assertEquals(0, tales.keyValueBytes());
    tales.close();
    thinking.close();
  }

  private ChatRequest start(Engine engine, int maxTokens) {
    return engine.chatRequest().withOptions(options -> options.withMaxTokens(maxTokens));
  }

  private static void assertSame(ChatResponse expected, ChatResponse actual) {
    assertEquals(expected.raw(), actual.raw());
    assertEquals(expected.message(), actual.message());
    assertEquals(expected.generation().tokens(), actual.generation().tokens());
    assertEquals(expected.finishReason(), actual.finishReason());
    assertEquals(expected.promptTokens(), actual.promptTokens());
    assertEquals(expected.thinkingTokens(), actual.thinkingTokens());
  }

  @Test
  void everyTurn_isTheAnswerToTheWholeConversation() {
    for (Engine engine : List.of(tales, thinking)) {
      ChatRequest start =
          start(engine, 40)
              .withThinking(new Thinking.Budget(12))
              .withOptions(o -> o.withSampling(s -> s.frequencyPenalty(0.3).penaltyWindow(50)));
      try (ChatSession chat = engine.newChat(start)) {
        int before = 0;
        int opening =
            6; // tokens at most of the tag that opens the thinking, which the next turn has not
        for (int turn = 0; turn < TURNS.size(); turn++) {
          ChatMessage said = new ChatMessage.User(TURNS.get(turn));
          ChatResponse whole = engine.chat(chat.request().plus(said));
          ChatResponse response = chat.send(said);
          assertSame(whole, response);
          assertEquals(2 * turn + 2, chat.messages().size());
          assertEquals(response.message(), chat.messages().getLast());
          assertTrue(response.cachedPromptTokens() >= before - opening, "nothing is read twice");
          before = response.promptTokens();
        }
      }
    }
  }

  @Test
  void aTurn_tellsHowFarTheWholePromptIsRead() {
    try (ChatSession chat = tales.newChat(start(tales, 5))) {
      chat.send(TURNS.getFirst());
      List<List<Integer>> told = new ArrayList<>();
      ChatListener listener =
          new ChatListener() {
            @Override
            public void onPart(OutputPart part) {}

            @Override
            public void onPromptRead(int read, int total) {
              told.add(List.of(read, total));
            }
          };
      ChatResponse response =
          chat.send(List.of(new ChatMessage.User(TURNS.getLast())), listener).result();
      int all = response.promptTokens();
      assertTrue(response.cachedPromptTokens() > 0, "nothing was known");
      assertEquals(List.of(List.of(all, all)), told);
    }
  }

  @Test
  void contextThatSlides_isThatOfTheWholeConversation() throws IOException {
    EngineOptions options = EngineOptions.defaults().withMaxPositions(128);
    try (Engine small = Engine.open(Models.tinyTales(), options);
        ChatSession chat =
            small.newChat(
                start(small, 50).withOptions(o -> o.withOverflow(new ContextOverflow.Slide(8))))) {
      for (String turn : TURNS) {
        ChatResponse whole = small.chat(chat.request().plus(new ChatMessage.User(turn)));
        assertSame(whole, chat.send(turn));
      }
      assertTrue(chat.send("Go on.").promptTokens() > 128);
    }
  }

  @Test
  void tools_areAnsweredInTheConversation() {
    ToolSpec now =
        new ToolSpec("now", "the time", "{\"type\":\"object\",\"additionalProperties\":false}");
    ChatRequest start =
        start(thinking, 60)
            .withThinking(new Thinking.Off())
            .withTools(List.of(now), new ToolChoice.Named("now"));
    try (ChatSession chat = thinking.newChat(start)) {
      ChatResponse asked = chat.send("What time is it?");
      assertEquals(List.of(new ToolCall("call_0", "now", "{}")), asked.toolCalls());
      chat.change(request -> request.withToolChoice(new ToolChoice.None()));
      ChatMessage result = new ChatMessage.Tool("call_0", "noon");
      ChatResponse whole = thinking.chat(chat.request().plus(result));
      assertSame(whole, chat.send(result));
      assertEquals(4, chat.messages().size());
    }
  }

  @Test
  void timeOfTheTemplate_isThatOfTheBeginning() {
    try (ChatSession chat = thinking.newChat()) {
      Clock clock = chat.request().template().clock();
      assertEquals(clock.instant(), clock.instant());
      assertNotEquals(Clock.systemDefaultZone(), clock);
    }
  }

  @Test
  void turnThatFailsOrIsCancelled_leavesTheConversationAsItWas() {
    try (ChatSession chat = tales.newChat(start(tales, 2000))) {
      chat.change(request -> request.withOptions(o -> o.withMaxTokens(20)));
      chat.send(TURNS.get(0));
      ChatRequest before = chat.request();
      ChatListener broken =
          part -> {
            throw new IllegalStateException("listener");
          };
      ChatGeneration failing = chat.send(List.of(new ChatMessage.User("?")), broken);
      assertThrows(IllegalStateException.class, failing::result);
      assertEquals(before, chat.request());
      assertThrows(IllegalArgumentException.class, () -> chat.send(" and".repeat(4000)));
      assertEquals(before, chat.request());

      chat.change(request -> request.withOptions(o -> o.withMaxTokens(2000)));
      CountDownLatch begun = new CountDownLatch(3);
      ChatGeneration cancelled =
          chat.send(List.of(new ChatMessage.User(TURNS.get(1))), _ -> begun.countDown());
      ChatTest.await(begun);
      cancelled.cancel();
      assertEquals(FinishReason.CANCELLED, cancelled.result().finishReason());
      chat.change(request -> request.withOptions(before.options()));
      assertEquals(before, chat.request());

      ChatResponse whole = tales.chat(before.plus(new ChatMessage.User(TURNS.get(1))));
      assertSame(whole, chat.send(TURNS.get(1)));
    }
  }

  @Test
  void templateThatRefuses_leavesTheConversationAsItWas(@TempDir Path checkpoint)
      throws IOException {
    RandomCheckpoint.create(checkpoint, 9);
    Files.writeString(
        checkpoint.resolve("chat_template.jinja"),
        "{% for m in messages %}{% if m.content == 'bad' %}{{ raise_exception('no') }}{% endif %}{{ m.content }}{% endfor %}");
    try (Engine engine = Engine.open(checkpoint);
        ChatSession chat = engine.newChat(start(engine, 5))) {
      assertThrows(TemplateException.class, () -> chat.send("bad"));
      assertEquals(List.of(), chat.messages());
      chat.send("good");
      assertEquals(2, chat.messages().size());
    }
  }

  @Test
  void resetAndSystem_changeWhatComesBefore() {
    ChatMessage system = new ChatMessage.System("Be brief.");
    try (ChatSession chat = tales.newChat(start(tales, 10))) {
      chat.send(TURNS.get(0));
      chat.system("Be brief.");
      assertEquals(system, chat.messages().getFirst());
      assertEquals(3, chat.messages().size());
      chat.system("Be long.");
      assertEquals(3, chat.messages().size());
      chat.reset();
      assertEquals(List.of(new ChatMessage.System("Be long.")), chat.messages());
      ChatRequest next = chat.request().plus(new ChatMessage.User(TURNS.get(1)));
      assertSame(tales.chat(next), chat.send(TURNS.get(1)));
      chat.system("");
      assertEquals(2, chat.messages().size());
      chat.reset();
      assertEquals(List.of(), chat.messages());
    }
  }

  @Test
  void restore_goesOnWhereItWasSaved() throws IOException {
    Path file = folder.resolve("king.chat");
    ChatRequest start = start(tales, 30).withThinking(new Thinking.Budget(3));
    try (ChatSession chat = tales.newChat(start)) {
      chat.send(TURNS.get(0));
      chat.save(file);
      try (ChatSession restored = tales.restoreChat(file)) {
        assertEquals(tales.defaults(), restored.request().options());
        restored.change(request -> request.withOptions(start.options()));
        assertEquals(chat.request(), restored.request());
        ChatResponse expected = chat.send(TURNS.get(1));
        ChatResponse response = restored.send(TURNS.get(1));
        assertSame(expected, response);
        assertEquals(expected.cachedPromptTokens(), response.cachedPromptTokens());
      }
      try (TextSession text = tales.restore(file)) {
        assertTrue(text.tokens().length > 30, "it is a session all the same");
        Path plain = folder.resolve("plain");
        text.save(plain);
        assertEquals(
            "plain: expected a conversation, found a session alone (byte 96)",
            assertThrows(SessionFormatException.class, () -> tales.restoreChat(plain))
                .getMessage());
      }
      byte[] bytes = Files.readAllBytes(file);
      for (int at = bytes.length - 300; at < bytes.length; at++) {
        byte[] changed = bytes.clone();
        changed[at] ^= 4;
        Path bad = Files.write(folder.resolve("bad"), changed);
        assertThrows(SessionFormatException.class, () -> tales.restoreChat(bad));
      }
    }
  }

  @Test
  void restore_withMoreOrFewerPositions_readsAgain() throws IOException {
    Path file = folder.resolve("positions.chat");
    EngineOptions small = EngineOptions.defaults().withMaxPositions(96);
    try (Engine few = Engine.open(Models.tinyTales(), small)) {
      for (Engine[] way : new Engine[][] {{few, tales}, {tales, few}}) {
        try (ChatSession chat = way[0].newChat(start(way[0], 20))) {
          chat.send(TURNS.get(0));
          chat.save(file);
        }
        try (ChatSession restored = way[1].restoreChat(file)) {
          restored.change(request -> request.withOptions(options -> options.withMaxTokens(20)));
          for (int turn = 1; turn < (way[1] == tales ? TURNS.size() : 2); turn++) {
            ChatMessage said = new ChatMessage.User(TURNS.get(turn));
            assertSame(way[1].chat(restored.request().plus(said)), restored.send(said));
          }
          ChatRequest full = restored.request().plus(new ChatMessage.User(" and".repeat(96)));
          assertEquals(
              way[1] == few,
              isTooLong(() -> restored.send(full.messages().getLast())),
              "the positions are those of the engine at hand");
        }
      }
    }
  }

  private static boolean isTooLong(Executable use) {
    try {
      use.execute();
      return false;
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage()).endsWith("does not fit the model's 96 positions");
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static ChatRequest rich(TextOptions options) {
    Map<String, @Nullable Object> variables = new LinkedHashMap<>();
    variables.put("nothing", null);
    variables.put("list", List.of(1, 2.5, "x", Map.of("k", true)));
    return ChatRequest.of(
            options,
            new ChatMessage.System("a\ud800b \ud83d\ude00 \u0000"),
            new ChatMessage.User(""),
            new ChatMessage.Assistant(
                "c", "t", List.of(new ToolCall("call_0", "f", "{ \"x\": 1.50 }"))),
            new ChatMessage.Tool("call_0", "r"))
        .withTools(
            List.of(new ToolSpec("f", "d", "{ \"type\":  \"object\" }")), new ToolChoice.Named("f"))
        .withThinking(new Thinking.Off())
        .withContentSafety(ContentSafety.AS_PUBLISHED)
        .withVariables(variables)
        .withClock(
            Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneId.of("Asia/Shanghai")));
  }

  @Test
  void conversation_comesBackLetterForLetter() {
    ChatRequest request = rich(tales.defaults());
    byte[] json = ConversationJson.write(request);
    assertEquals(request, ConversationJson.read(Path.of("x"), json, tales.defaults()));
    for (ToolChoice choice :
        List.of(new ToolChoice.Auto(), new ToolChoice.None(), new ToolChoice.Required())) {
      ChatRequest other = request.withToolChoice(choice).withThinking(new Thinking.Budget(7));
      assertEquals(
          other,
          ConversationJson.read(Path.of("x"), ConversationJson.write(other), tales.defaults()));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> ConversationJson.write(request.withVariables(Map.of("o", new Object()))));
  }

  @Test
  void conversationOfAnyLength_comesBack() {
    ChatRequest request =
        ChatRequest.of(tales.defaults(), new ChatMessage.User("a".repeat(20_000_001)))
            .withVariables(Map.of("k".repeat(50_001), new BigInteger("7".repeat(1001))));
    byte[] json = ConversationJson.write(request);
    ChatRequest read = ConversationJson.read(Path.of("x"), json, tales.defaults());
    assertEquals(request.messages(), read.messages());
    assertEquals(request.template().variables(), read.template().variables());
  }

  @Test
  void conversationThatIsNone_isRefused() {
    byte[] good = ConversationJson.write(rich(tales.defaults()));
    Random random = new Random(5);
    List<String> refusals = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      byte[] bad = Arrays.copyOf(good, i % 3 == 0 ? random.nextInt(1, good.length) : good.length);
      bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      try {
        ConversationJson.read(Path.of("x"), bad, tales.defaults());
      } catch (SessionFormatException e) {
        refusals.add(String.valueOf(e.getMessage()));
      }
    }
    assertTrue(refusals.size() > 1000, "most changes matter: " + refusals.size());
    SessionFormatException refusal =
        assertThrows(
            SessionFormatException.class,
            () -> ConversationJson.read(Path.of("x"), new byte[] {'[', '}'}, tales.defaults()));
    assertEquals(
        "x: expected a conversation, found JSON of which is said: Unexpected close marker '}':"
            + " expected ']' (for Array starting at line: 1, column: 1) (byte 96)",
        refusal.getMessage());
    for (String json :
        List.of("[]", "7", "null", "{}", "[".repeat(100_000), "{\"messages\":[{}],\"tools\":[]}")) {
      assertThrows(
          SessionFormatException.class,
          () ->
              ConversationJson.read(
                  Path.of("x"), json.getBytes(StandardCharsets.UTF_8), tales.defaults()));
    }
  }

  @Test
  void session_doesOneThingAtATime() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    ChatSession chat = tales.newChat(start(tales, 2000));
    ChatGeneration generation =
        chat.send(
            List.of(new ChatMessage.User(TURNS.get(0))),
            _ -> {
              begun.countDown();
              ChatTest.await(closed);
            });
    ChatTest.await(begun);
    List<Executable> uses =
        List.of(
            () -> chat.send("?"),
            () -> chat.send(List.of(), part -> {}),
            chat::reset,
            () -> chat.system("x"),
            () -> chat.save(folder.resolve("busy")));
    for (Executable use : uses) {
      assertEquals(
          "the session does something else",
          assertThrows(IllegalStateException.class, use).getMessage());
    }
    chat.close();
    closed.countDown();
    assertEquals(FinishReason.CANCELLED, generation.result().finishReason());
    assertEquals(List.of(), chat.messages());
    for (Executable use : uses) {
      assertEquals(
          "the session is closed", assertThrows(IllegalStateException.class, use).getMessage());
    }
    chat.close();
  }
}
