package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.ChatRequest;
import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.Thinking;
import io.hunyuan4j.text.ContentSafety;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolSpec;
import io.hunyuan4j.text.grammar.ResponseFormat;
import io.hunyuan4j.text.grammar.ResponseFormat.ToolChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a chat keeps: settings through files, and the conversation whatever happens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConversationTest {
  private static final ToolSpec NOW = new ToolSpec("now", "the time", "{\"type\":\"object\"}");
  private static final ChatMessage KING = new ChatMessage.User("A king.");
  private static final ChatMessage YES = new ChatMessage.Assistant("Yes.", "", List.of());

  @TempDir Path folder;
  private Engine engine;

  @BeforeAll
  void open() throws IOException {
    engine = Engine.open(Cli.model("tiny-tales"));
  }

  @AfterAll
  void close() {
    engine.close();
  }

  private static ChatSettings settings(Optional<List<ToolSpec>> tools, ResponseFormat format) {
    return new ChatSettings(Optional.of("Be kind."), tools, true, format, OptionalInt.of(5), 7);
  }

  /** A file of a conversation about a king. */
  private Path saved(String name, ChatRequest request) throws IOException {
    Path file = folder.resolve(name);
    try (ChatSession chat = engine.newChat(request)) {
      chat.save(file);
    }
    return file;
  }

  /** What a file has. */
  private ChatRequest read(Path file) throws IOException {
    try (ChatSession chat = engine.restoreChat(file)) {
      return chat.request();
    }
  }

  private static void run(Conversation conversation, Consumer<String> out, String... lines)
      throws IOException {
    ChatScreen screen = new ChatScreen(ChatScreen.Kind.PLAIN, out, out);
    try (ChatLoop loop = new ChatLoop(conversation, TypedLines.of(lines), screen, true)) {
      loop.run();
    }
  }

  @Test
  void settings_areThoseOfTheCommandLine_wherever() throws IOException {
    ChatRequest stranger =
        engine
            .chatRequest(new ChatMessage.System("Be bad."), KING, YES)
            .withTools(
                List.of(new ToolSpec("f", "", "{\"type\":\"object\"}")), new ToolChoice.Named("f"))
            .withContentSafety(ContentSafety.AS_PUBLISHED);
    Path file = saved("stranger.chat", stranger);
    ChatSettings settings = settings(Optional.of(List.of(NOW)), new ResponseFormat.FreeText());
    ChatRequest begun;
    ChatRequest loaded;
    try (Conversation conversation = Conversation.begin(engine, settings, Optional.of(file))) {
      begun = conversation.chat().request();
    }
    try (Conversation conversation = Conversation.begin(engine, settings, Optional.empty())) {
      assertEquals(List.of(new ChatMessage.System("Be kind.")), conversation.chat().messages());
      conversation.load(file);
      loaded = conversation.chat().request();
    }
    assertEquals(begun, loaded);
    assertEquals(ContentSafety.PLAIN_CONTENT, loaded.template().contentSafety());
    assertEquals(List.of(new ChatMessage.System("Be kind."), KING, YES), loaded.messages());
    assertEquals(List.of(NOW), loaded.tools());
    assertEquals(new ToolChoice.Auto(), loaded.toolChoice());
    assertEquals(new Thinking.Off(), loaded.thinking());
    assertEquals(5, loaded.options().maxTokens());
    assertEquals(7, loaded.options().sampling().seed());
  }

  @Test
  void settingsThatAreNotGiven_areTheFiles() throws IOException {
    ChatRequest said =
        engine.chatRequest(KING, YES).withTools(List.of(NOW)).withThinking(new Thinking.Budget(3));
    Path file = saved("said.chat", said);
    try (Conversation conversation =
        Conversation.begin(engine, ChatSettings.NONE, Optional.of(file))) {
      ChatRequest request = conversation.chat().request();
      assertEquals(said.messages(), request.messages());
      assertEquals(said.tools(), request.tools());
      assertEquals(said.thinking(), request.thinking());
      assertEquals(engine.maxPositions() / 4, request.options().maxTokens());
    }
  }

  @Test
  void save_replacesASavedConversation_andNothingElse() throws IOException {
    Path notes = Files.writeString(folder.resolve("notes.txt"), "h4j-notes");
    Path small = Files.writeString(folder.resolve("small"), "h4j");
    Path empty = Files.createFile(folder.resolve("empty"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), notes);
    Path old = saved("old.chat", engine.chatRequest(KING));
    StringBuilder out = new StringBuilder();
    try (ChatSession chat = engine.newChat(engine.chatRequest(KING, YES))) {
      List<Path> files = List.of(notes, small, link, empty, old, folder.resolve("new.chat"));
      run(
          Conversation.of(engine, chat),
          out::append,
          files.stream().map(file -> "/save " + file).toArray(String[]::new));
    }
    assertEquals("h4j-notes", Files.readString(notes));
    assertEquals("h4j", Files.readString(small));
    for (Path kept : List.of(notes, small, link)) {
      String said = kept + " is there and is no saved conversation; it is not replaced\n";
      assertTrue(out.toString().contains("hunyuan: " + said), out::toString);
    }
    for (Path file : List.of(empty, old, folder.resolve("new.chat"))) {
      assertEquals(List.of(KING, YES), read(file).messages());
    }
  }

  @Test
  void loadThatFails_leavesTheConversation() throws IOException {
    Path file = saved("tools.chat", engine.chatRequest(KING, YES).withTools(List.of(NOW)));
    Path kept = folder.resolve("kept.chat");
    ChatSettings settings =
        settings(Optional.empty(), new ResponseFormat.JsonSchema("{\"const\":1}"));
    StringBuilder out = new StringBuilder();
    run(
        Conversation.begin(engine, settings, Optional.of(kept)),
        out::append,
        "One?",
        "/load " + file,
        "/load " + Files.writeString(folder.resolve("none"), ""),
        "/load " + folder,
        "/load " + folder.resolve("nowhere"),
        "/load \u0000",
        "Two?");
    assertTrue(
        out.toString().contains("an answer cannot be of the format JsonSchema"), out::toString);
    assertTrue(out.toString().contains("nowhere: no such file"), out::toString);
    List<ChatMessage> messages = read(kept).messages();
    assertEquals(5, messages.size());
    assertEquals(new ChatMessage.User("Two?"), messages.get(3));
    assertEquals(new ChatMessage.Assistant("1", "", List.of()), messages.get(4));
  }

  @Test
  void quotedLines_areNoCommands() throws IOException {
    Path kept = folder.resolve("quoted.chat");
    run(
        Conversation.begin(
            engine, settings(Optional.empty(), new ResponseFormat.FreeText()), Optional.of(kept)),
        _ -> {},
        "\"\"\"",
        "/reset",
        "\"\"\"",
        "\"\"\"",
        "//load x",
        "/exit");
    List<ChatMessage> messages = read(kept).messages();
    assertEquals(new ChatMessage.User("/reset"), messages.get(1));
    assertEquals(new ChatMessage.User("//load x\n/exit"), messages.get(3));
  }

  @Test
  @Timeout(120) // an end that does not come waits for ever
  void end_duringAnAnswer_keepsWhatWasSaidBefore() throws Exception {
    Path file = saved("long.chat", engine.chatRequest(KING, YES));
    Conversation conversation = Conversation.begin(engine, ChatSettings.NONE, Optional.of(file));
    conversation
        .chat()
        .change(
            request ->
                request.withOptions(
                    o ->
                        o.withMaxTokens(1900)
                            .withSampling(s -> s.bannedTokens(Set.of(3887, 3890, 3892)))));
    CountDownLatch begun = new CountDownLatch(3);
    ChatScreen screen = new ChatScreen(ChatScreen.Kind.PIPED, _ -> begun.countDown(), _ -> {});
    TypedLines lines = TypedLines.of("A long story.", "/reset", "Not read any more.");
    try (ChatLoop loop = new ChatLoop(conversation, lines, screen, false)) {
      Thread end =
          Thread.ofPlatform()
              .start(
                  () -> {
                    await(begun);
                    loop.end();
                  });
      loop.run();
      end.join();
      assertEquals(List.of(KING, YES), loop.chat().messages());
    }
    assertEquals(List.of(KING, YES), read(file).messages());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answerThatFails_losesNothing() throws IOException {
    Path file = saved("fails.chat", engine.chatRequest(KING, YES));
    Conversation conversation = Conversation.begin(engine, ChatSettings.NONE, Optional.of(file));
    ChatScreen broken =
        new ChatScreen(
            ChatScreen.Kind.PIPED,
            _ -> {
              throw new IllegalStateException("the screen is broken");
            },
            _ -> {});
    try (ChatLoop loop = new ChatLoop(conversation, TypedLines.of("And?"), broken, false)) {
      Exception failure = null;
      try {
        loop.run();
      } catch (IllegalStateException e) {
        failure = e;
      }
      assertTrue(failure != null, "the loop ends with the error");
    }
    assertEquals(List.of(KING, YES), read(file).messages());
  }

  @Test
  void conversationThatCannotBeKept_isSaid() throws IOException {
    Path place = Files.createDirectory(folder.resolve("gone"));
    Conversation conversation =
        Conversation.begin(engine, ChatSettings.NONE, Optional.of(place.resolve("x.chat")));
    Files.delete(place);
    StringBuilder said = new StringBuilder();
    ChatScreen screen = new ChatScreen(ChatScreen.Kind.PLAIN, said::append, said::append);
    try (ChatLoop loop = new ChatLoop(conversation, TypedLines.of("/bad"), screen, false)) {
      String first = "";
      try {
        loop.run();
      } catch (IllegalArgumentException e) {
        first = String.valueOf(e.getMessage());
      }
      assertEquals("there is no /bad; /help lists all", first);
    }
    assertEquals(
        "hunyuan: the conversation is not kept: %s: no such file or folder\n".formatted(place),
        said.toString());
    assertFalse(Files.exists(place));
  }
}
