package io.hunyuan4j.cli;

import io.hunyuan4j.engine.ChatGeneration;
import io.hunyuan4j.engine.ChatRequest;
import io.hunyuan4j.engine.ChatResponse;
import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.engine.Engine;
import io.hunyuan4j.engine.SessionFormatException;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolCall;
import io.hunyuan4j.text.template.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads messages and commands, and answers them, until there are no more. Closes its session. */
final class ChatLoop implements AutoCloseable {
  private static final List<String> HELP =
      List.of(
          "/reset     forget what was said, but not the system message",
          "/system S  another system message; without S none",
          "/save F    write the conversation to a file, with what was read of it",
          "/load F    go on with the conversation of a file",
          "/stats     tokens and times of the last answer",
          "/exit      end, as Ctrl-D does",
          "A line that ends in \\ goes on in the next one; lines between two lines \"\"\" are one message.",
          "A message that begins with / is written with //. Ctrl-C stops an answer: its turn is forgotten.");

  private final Engine engine;
  private final ChatLines lines;
  private final ChatScreen screen;
  private final boolean goesOnAfterErrors;
  private ChatSession chat;
  private final List<ChatMessage> results = new ArrayList<>(); // of tools, until all are there
  private @Nullable ChatResponse last;
  private volatile @Nullable ChatGeneration running;

  /**
   * @param chat the conversation, which is closed with this or with another in its place
   * @param goesOnAfterErrors whether somebody is there who can do better after an error
   */
  ChatLoop(
      Engine engine,
      ChatSession chat,
      ChatLines lines,
      ChatScreen screen,
      boolean goesOnAfterErrors) {
    this.engine = engine;
    this.chat = chat;
    this.lines = lines;
    this.screen = screen;
    this.goesOnAfterErrors = goesOnAfterErrors;
  }

  /** The conversation as it is now. */
  ChatSession chat() {
    return chat;
  }

  /** Stops the answer that is being written, if one is. Safe from any thread. */
  void stopAnswer() {
    ChatGeneration generation = running;
    if (generation != null) {
      generation.cancel();
    }
  }

  /** Runs until the lines or the user end it. */
  void run() throws IOException {
    boolean goesOn = true;
    while (goesOn) {
      try {
        String message = lines.message(prompt());
        goesOn = message != null && take(message);
      } catch (ChatLines.DroppedException e) {
        screen.say("Ctrl-D or /exit ends the chat");
      } catch (IllegalArgumentException
          | TemplateException
          | SessionFormatException
          | IOException e) {
        if (!goesOnAfterErrors) {
          throw e;
        }
        screen.say("hunyuan: " + Failure.reason(e));
      }
    }
  }

  private String prompt() {
    List<ToolCall> calls = openCalls();
    return calls.isEmpty() ? "> " : "result of " + calls.getFirst().name() + "> ";
  }

  /** The calls that the conversation ends with and that nobody has typed the result of. */
  private List<ToolCall> openCalls() {
    List<ChatMessage> messages = chat.messages();
    if (messages.isEmpty() || !(messages.getLast() instanceof ChatMessage.Assistant assistant)) {
      return List.of();
    }
    return assistant.toolCalls().subList(results.size(), assistant.toolCalls().size());
  }

  /** Does what a message asks for; false if that is to end. */
  private boolean take(String message) throws IOException {
    if (message.startsWith("/") && !message.startsWith("//")) {
      int space = message.indexOf(' ');
      String name = space < 0 ? message : message.substring(0, space);
      return command(name.strip(), space < 0 ? "" : message.substring(space).strip());
    }
    List<ToolCall> calls = openCalls();
    if (message.isBlank() && calls.isEmpty()) {
      return true;
    }
    String text = message.startsWith("//") ? message.substring(1) : message;
    if (calls.isEmpty()) {
      answer(List.of(new ChatMessage.User(text)));
      return true;
    }
    results.add(new ChatMessage.Tool(calls.getFirst().id(), text));
    if (openCalls().isEmpty()) {
      List<ChatMessage> all = List.copyOf(results);
      results.clear();
      answer(all);
    }
    return true;
  }

  private void answer(List<ChatMessage> messages) {
    ChatGeneration generation = chat.send(messages, screen);
    running = generation;
    try {
      last = generation.result();
    } finally {
      running = null;
      screen.endTurn();
    }
    screen.say(status(last));
  }

  private String status(ChatResponse response) {
    String how =
        switch (response.finishReason()) {
          case STOP -> "";
          case TOOL_CALLS -> ", type the result of each call";
          case LENGTH -> ", no tokens left";
          case CANCELLED -> ", stopped: this turn is forgotten";
        };
    int positions = engine.maxPositions();
    return String.format(
        Locale.ROOT,
        "%.1f tokens/s, context %d of %d tokens%s",
        response.generation().tokensPerSecond(),
        Math.min(
            positions, response.promptTokens() + response.generatedTokens()), // the last needs none
        positions,
        how);
  }

  private boolean command(String name, String argument) throws IOException {
    switch (name) {
      case "/exit", "/quit" -> {
        return false;
      }
      case "/help" -> HELP.forEach(screen::say);
      case "/reset" -> {
        chat.reset();
        results.clear();
      }
      case "/system" -> chat.system(argument);
      case "/save" -> {
        chat.save(file(name, argument));
        screen.say("saved to " + argument);
      }
      case "/load" -> {
        load(file(name, argument));
        screen.say("%d messages from %s".formatted(chat.messages().size(), argument));
      }
      case "/stats" -> screen.say(stats());
      default -> throw new IllegalArgumentException("there is no " + name + "; /help lists all");
    }
    return true;
  }

  private static Path file(String name, String argument) {
    if (argument.isEmpty()) {
      throw new IllegalArgumentException(name + " needs a file");
    }
    return Path.of(argument);
  }

  private void load(Path file) throws IOException {
    ChatRequest now = chat.request();
    ChatSession loaded = engine.restoreChat(file);
    loaded.change(request -> request.withOptions(now.options()));
    chat.close();
    chat = loaded;
    results.clear();
  }

  private String stats() {
    ChatResponse response = last;
    if (response == null) {
      return "nothing was answered yet";
    }
    return String.format(
        Locale.ROOT,
        "prompt %d tokens, %d of them known; generated %d, thinking %d; first token after %.2f s, then %.1f tokens/s; ended by %s",
        response.promptTokens(),
        response.cachedPromptTokens(),
        response.generatedTokens(),
        response.thinkingTokens(),
        response.generation().timeToFirstToken().toNanos() / 1e9,
        response.generation().tokensPerSecond(),
        response.generation().stopReason());
  }

  @Override
  public void close() {
    chat.close();
  }
}
