package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.TextOptions;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.OutputPart;
import io.hunyuan4j.text.chat.ToolCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Chats on a terminal that somebody types at, here a program. */
class ChatTerminalTest {
  @TempDir Path folder;

  /** What the terminal shows, and what waits for a text to appear there. */
  private static final class Screen extends OutputStream {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      shown.write(b);
      notifyAll();
    }

    synchronized String text() {
      return shown.toString(StandardCharsets.UTF_8);
    }

    synchronized void await(String text, int times) {
      try {
        while (text().split(Pattern.quote(text), -1).length <= times) {
          wait();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Test
  @Timeout(120) // a terminal that does not do as it should waits for ever
  void typedLines_areAnswered_andCtrlCStopsAnAnswer() throws Exception {
    Screen screen = new Screen();
    PipedInputStream in = new PipedInputStream();
    PipedOutputStream keys = new PipedOutputStream(in);
    try (Engine engine = Engine.open(Cli.model("tiny-tales"));
        Terminal terminal =
            TerminalBuilder.builder().streams(in, screen).type("ansi").system(false).build()) {
      ChatSession chat =
          engine.newChat(engine.chatRequest().withOptions(options -> options.withMaxTokens(20)));
      TerminalLines lines = new TerminalLines(terminal, Optional.of(folder.resolve("history")));
      Consumer<String> print =
          text -> {
            terminal.writer().print(text);
            terminal.writer().flush();
          };
      Semaphore pieces = new Semaphore(0);
      ChatScreen shown =
          new ChatScreen(
              ChatScreen.Kind.COLOURED,
              text -> {
                print.accept(text);
                pieces.release();
              },
              print);
      try (ChatLoop loop = new ChatLoop(Conversation.of(engine, chat), lines, shown, true)) {
        terminal.handle(Terminal.Signal.INT, _ -> loop.stopAnswer());
        Thread typist =
            Thread.ofPlatform()
                .start(
                    () -> {
                      type(keys, "Tell me about a king.\r");
                      screen.await("tokens/s", 1);
                      type(keys, "/nothing\r");
                      screen.await("there is no /nothing", 1);
                      pieces.drainPermits();
                      loop.chat().change(now -> now.withOptions(ChatTerminalTest::endless));
                      type(keys, "And now a very long story.\r");
                      pieces.acquireUninterruptibly(3);
                      type(keys, "\u0003");
                      screen.await("forgotten", 1);
                      type(keys, "\u0004");
                    });
        loop.run();
        typist.join();
        assertEquals(2, loop.chat().messages().size(), "the stopped turn is forgotten");
        assertEquals(
            new ChatMessage.User("Tell me about a king."), loop.chat().messages().getFirst());
      }
    }
    assertTrue(screen.text().contains("stopped: this turn is forgotten"), screen.text());
    assertTrue(Files.readString(folder.resolve("history")).contains("about a king"));
  }

  private static TextOptions endless(TextOptions options) {
    Set<Integer> stopTokens = Set.of(3887, 3890, 3892);
    return options.withMaxTokens(1900).withSampling(s -> s.bannedTokens(stopTokens));
  }

  private static void type(OutputStream keys, String text) {
    try {
      keys.write(text.getBytes(StandardCharsets.UTF_8));
      keys.flush();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String shown(ChatScreen.Kind kind, OutputPart... parts) {
    StringBuilder out = new StringBuilder();
    ChatScreen screen = new ChatScreen(kind, out::append, aside -> out.append("| ").append(aside));
    for (OutputPart part : parts) {
      screen.onPart(part);
    }
    screen.endTurn();
    screen.say("5 tokens/s");
    return out.toString();
  }

  @Test
  void thinking_isDimmedOnATerminalAndLeftOutElsewhere() {
    OutputPart[] parts = {
      new OutputPart.Raw("<think>hm"),
      new OutputPart.Thinking("h"),
      new OutputPart.Thinking("m"),
      new OutputPart.Answer("Yes."),
      new OutputPart.Call(new ToolCall("call_0", "now", "{}"))
    };
    assertEquals(
        "\u001b[2mhm\u001b[0m\n\nYes.call_0 now {}\n\n| \u001b[2m5 tokens/s\u001b[0m\n",
        shown(ChatScreen.Kind.COLOURED, parts));
    assertEquals(
        "(thinking) hm\n\nYes.call_0 now {}\n\n| 5 tokens/s\n",
        shown(ChatScreen.Kind.PLAIN, parts));
    assertEquals("Yes.call_0 now {}\n\n| 5 tokens/s\n", shown(ChatScreen.Kind.PIPED, parts));
  }

  @Test
  void theReadingOfALongPrompt_isShown_andErasedByTheAnswer() throws Exception {
    BlockingQueue<String> shown = new LinkedBlockingQueue<>();
    ChatScreen screen = new ChatScreen(ChatScreen.Kind.PLAIN, shown::add, shown::add);
    screen.beginTurn();
    screen.onPromptRead(512, 2048);
    String line = shown.take();
    String expected =
        "\r\u001b[KReading the prompt … [#####---------------] 25 % of 2,048 tokens, ";
    assertEquals(expected, line.substring(0, Math.min(expected.length(), line.length())));
    screen.onPart(new OutputPart.Answer("Yes."));
    screen.endTurn();
    List<String> rest = new ArrayList<>(shown);
    assertEquals(List.of("\r\u001b[K", "Yes.", "\n"), rest.subList(rest.size() - 3, rest.size()));
  }

  @Test
  void controlCharacters_areNotTheModelsToUse() {
    OutputPart escape = new OutputPart.Answer("\u001b[2J\u009b2J\ta\r\n\u0007é");
    assertEquals(
        "\uFFFD[2J\uFFFD2J\ta\uFFFD\n\uFFFDé\n| 5 tokens/s\n",
        shown(ChatScreen.Kind.PLAIN, escape));
    assertTrue(shown(ChatScreen.Kind.PIPED, escape).startsWith("\u001b[2J"));
  }

  @Test
  void calls_waitForTheirResults() throws IOException {
    StringBuilder out = new StringBuilder();
    TypedLines typed =
        new TypedLines(
            new ArrayDeque<>(
                List.of(
                    Optional.empty(),
                    Optional.of("noon"),
                    Optional.of("/stats"),
                    Optional.of("22"))),
            new StringBuilder());
    List<ToolCall> calls =
        List.of(new ToolCall("call_0", "now", "{}"), new ToolCall("call_1", "a\u001bge", "{}"));
    try (Engine engine = Engine.open(Cli.model("tiny-tales"))) {
      ChatSession chat =
          engine.newChat(
              engine
                  .chatRequest(new ChatMessage.User("?"), new ChatMessage.Assistant("", "", calls))
                  .withOptions(options -> options.withMaxTokens(5)));
      ChatScreen screen = new ChatScreen(ChatScreen.Kind.PLAIN, out::append, out::append);
      try (ChatLoop loop = new ChatLoop(Conversation.of(engine, chat), typed, screen, true)) {
        loop.run();
        List<ChatMessage> messages = loop.chat().messages();
        assertEquals(new ChatMessage.Tool("call_0", "noon"), messages.get(2));
        assertEquals(new ChatMessage.Tool("call_1", "22"), messages.get(3));
        assertEquals(5, messages.size());
      }
    }
    assertEquals(
        "result of now> result of now> result of a\uFFFDge> result of a\uFFFDge> > ",
        typed.prompts().toString());
    assertTrue(out.toString().contains("Ctrl-D or /exit ends the chat"), out.toString());
  }

  @Test
  void history_isItsOwnersAlone_orNotKept() throws IOException {
    Path file = TerminalLines.history(folder).orElseThrow();
    assertEquals(folder.resolve(".hunyuan4j_history"), file);
    assertEquals(
        "[OWNER_READ, OWNER_WRITE]", new TreeSet<>(Files.getPosixFilePermissions(file)).toString());
    assertEquals(Optional.of(file), TerminalLines.history(folder));
    assertFalse(TerminalLines.history(folder.resolve("nowhere")).isPresent());
  }
}
