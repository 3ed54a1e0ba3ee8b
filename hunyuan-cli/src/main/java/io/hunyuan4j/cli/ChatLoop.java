package io.hunyuan4j.cli;

import io.hunyuan4j.engine.ChatGeneration;
import io.hunyuan4j.engine.ChatResponse;
import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.text.chat.ChatMessage;
import io.hunyuan4j.text.chat.ToolCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
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

  private static final long MOST_SECONDS_TO_END = 10;

  private final Conversation conversation;
  private final ChatLines lines;
  private final ChatScreen screen;
  private final boolean goesOnAfterErrors;
  private final ReentrantLock turn = new ReentrantLock(); // held while something is done
  private final List<ChatMessage> results = new ArrayList<>(); // of tools, until all are there
  private @Nullable ChatResponse last;
  private volatile @Nullable ChatGeneration running;
  private volatile boolean ending;

  /**
   * @param conversation closed with this
   * @param goesOnAfterErrors whether somebody is there who can do better after an error
   */
  ChatLoop(
      Conversation conversation, ChatLines lines, ChatScreen screen, boolean goesOnAfterErrors) {
    this.conversation = conversation;
    this.lines = lines;
    this.screen = screen;
    this.goesOnAfterErrors = goesOnAfterErrors;
  }

  /** The conversation as it is now. */
  ChatSession chat() {
    return conversation.chat();
  }

  /** Stops the answer that is being written, if one is. Safe from any thread. */
  void stopAnswer() {
    ChatGeneration generation = running;
    if (generation != null) {
      generation.cancel();
    }
  }

  /**
   * Ends the chat from another thread: stops the answer that is being written, waits until nothing
   * is being done, and keeps the conversation. Does not wait for ever, as whoever reads the answer
   * may.
   */
  void end() {
    ending = true;
    stopAnswer();
    try {
      if (turn.tryLock(MOST_SECONDS_TO_END, TimeUnit.SECONDS)) {
        try {
          conversation.keep();
        } finally {
          turn.unlock();
        }
      }
    } catch (IOException | RuntimeException e) {
      notKept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs until the lines, the user or an error end it, and keeps the conversation. */
  void run() throws IOException {
    try {
      while (!ending && takeNext()) {}
    } catch (IOException | RuntimeException | Error e) {
      try {
        keep();
      } catch (IOException | RuntimeException unkept) { // say so, but end with the first error
        notKept(unkept);
      }
      throw e;
    }
    keep();
  }

  private void keep() throws IOException {
    turn.lock();
    try {
      conversation.keep();
    } finally {
      turn.unlock();
    }
  }

  private void notKept(Exception e) {
    screen.say("hunyuan: the conversation is not kept: " + Failure.reason(e));
  }

  /** Takes the next message; false if there is none or it is the last. */
  private boolean takeNext() throws IOException {
    ChatLines.Message message;
    try {
      message = lines.message(prompt());
    } catch (ChatLines.DroppedException e) {
      screen.say("Ctrl-D or /exit ends the chat");
      return true;
    }
    turn.lock();
    try {
      return message != null && !ending && take(message);
    } catch (IOException | RuntimeException e) {
      if (!goesOnAfterErrors) {
        throw e;
      }
      screen.say("hunyuan: " + Failure.reason(e));
      return true;
    } finally {
      turn.unlock();
    }
  }

  private String prompt() {
    List<ToolCall> calls = openCalls();
    return calls.isEmpty()
        ? "> "
        : "result of " + TerminalText.printable(calls.getFirst().name()) + "> ";
  }

  /** The calls that the conversation ends with and that nobody has typed the result of. */
  private List<ToolCall> openCalls() {
    List<ChatMessage> messages = chat().messages();
    if (messages.isEmpty() || !(messages.getLast() instanceof ChatMessage.Assistant assistant)) {
      return List.of();
    }
    return assistant.toolCalls().subList(results.size(), assistant.toolCalls().size());
  }

  /** Does what a message asks for; false if that is to end. */
  private boolean take(ChatLines.Message message) throws IOException {
    String said = message.text();
    boolean slash = said.startsWith("/") && !message.isQuoted();
    if (slash && !said.startsWith("//")) {
      int space = said.indexOf(' ');
      String name = space < 0 ? said : said.substring(0, space);
      return command(name.strip(), space < 0 ? "" : said.substring(space).strip());
    }
    List<ToolCall> calls = openCalls();
    if (said.isBlank() && calls.isEmpty()) {
      return true;
    }
    String text = slash ? said.substring(1) : said;
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
    ChatGeneration generation = begin(messages);
    running = generation;
    if (ending) { // it may have begun to end before there was something to stop
      generation.cancel();
    }
    try {
      last = generation.result();
    } finally {
      running = null;
      screen.endTurn();
    }
    screen.say(status(last));
  }

  private ChatGeneration begin(List<ChatMessage> messages) {
    screen.beginTurn();
    boolean begun = false;
    try {
      ChatGeneration generation = chat().send(messages, screen);
      begun = true;
      return generation;
    } finally {
      if (!begun) {
        screen.endReading();
      }
    }
  }

  private String status(ChatResponse response) {
    String how =
        switch (response.finishReason()) {
          case STOP -> "";
          case TOOL_CALLS -> ", type the result of each call";
          case LENGTH -> ", no tokens left";
          case CANCELLED -> ", stopped: this turn is forgotten";
        };
    int positions = conversation.positions();
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
        chat().reset();
        results.clear();
      }
      case "/system" -> chat().system(argument);
      case "/save" -> {
        conversation.save(file(name, argument));
        screen.say("saved to " + argument);
      }
      case "/load" -> {
        conversation.load(file(name, argument));
        results.clear();
        screen.say("%d messages from %s".formatted(chat().messages().size(), argument));
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
    conversation.close();
  }
}
