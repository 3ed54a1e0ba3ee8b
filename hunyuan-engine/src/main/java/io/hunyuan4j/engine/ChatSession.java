package io.hunyuan4j.engine;

import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.text.chat.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A conversation in progress: what is sent and what the model answers is added to it, and what was
 * read of it once is not read again.
 *
 * <p>A turn happens as a whole or not at all: one that fails or is cancelled leaves the
 * conversation as it was, without the message that was sent. What was answered until then is in the
 * response of a turn that was cancelled; who wants to keep it adds it with {@link #change}.
 *
 * <p>An answer is that of {@link Engine#chat} to the whole conversation, bit for bit.
 *
 * <p>Does one thing at a time; whoever asks for a second one is refused.
 *
 * <pre>{@code
 * try (ChatSession chat = engine.newChat()) {
 *   System.out.println(chat.send("Tell me about a king.").text());
 *   System.out.println(chat.send("And his daughter?").text());
 *   chat.save(file); // and engine.restoreChat(file) goes on from here, tomorrow
 * }
 * }</pre>
 */
public final class ChatSession implements AutoCloseable {
  private final Requests requests;
  private final OneAtATime use;
  private final Session session; // touched only by who has it
  private volatile ChatRequest request; // set only by who has the session

  ChatSession(Requests requests, ChatRequest request, Session session) {
    this.requests = requests;
    this.request = request;
    this.session = session;
    this.use = new OneAtATime(session::close);
  }

  static ChatSession begin(Requests requests, ChatRequest start, Session session) {
    Clock clock = start.template().clock();
    return new ChatSession(
        requests, start.withClock(Clock.fixed(clock.instant(), clock.getZone())), session);
  }

  /** The conversation so far and the settings of the next answer. */
  public ChatRequest request() {
    return request;
  }

  /** What was said so far. */
  public List<ChatMessage> messages() {
    return request.messages();
  }

  /**
   * Says something to the model and returns its answer.
   *
   * @throws RuntimeException as {@link Engine#chat(ChatRequest)} does
   * @throws IllegalStateException if the session is closed or does something else
   */
  public ChatResponse send(String user) {
    return send(new ChatMessage.User(user));
  }

  /**
   * Adds messages, such as the results of tools, and returns the answer; with none it has the model
   * answer what the conversation ends with.
   *
   * @throws RuntimeException as {@link Engine#chat(ChatRequest)} does
   * @throws IllegalStateException if the session is closed or does something else
   */
  public ChatResponse send(ChatMessage... messages) {
    Cancellation cancellation = requests.cancellation(request.options());
    use.take(cancellation);
    try {
      ChatRequest next = request.plus(messages);
      ChatTurn turn = new ChatTurn(requests, next);
      try (Scheduler.Seat seat = requests.seat()) {
        return run(turn, next, _ -> {}, cancellation, seat);
      }
    } finally {
      use.giveBack();
    }
  }

  /**
   * The same in the background, telling the listener each piece as it comes. When {@link
   * ChatGeneration#result} returns, the turn is in the conversation.
   *
   * @throws RuntimeException as {@link Engine#chat(ChatRequest)} does, before any work
   * @throws IllegalStateException if the session is closed or does something else
   */
  public ChatGeneration send(List<ChatMessage> messages, ChatListener listener) {
    Cancellation cancellation = requests.cancellation(request.options());
    use.take(cancellation);
    boolean started = false;
    try {
      ChatRequest next = request.plus(messages);
      ChatTurn turn = new ChatTurn(requests, next);
      Background<ChatResponse> background =
          requests.inBackground(
              cancellation,
              seat -> {
                try {
                  return run(turn, next, listener, cancellation, seat);
                } finally {
                  use.giveBack();
                }
              });
      started = true;
      return new ChatGeneration(background);
    } finally {
      if (!started) {
        use.giveBack();
      }
    }
  }

  private ChatResponse run(
      ChatTurn turn,
      ChatRequest next,
      ChatListener listener,
      Cancellation cancellation,
      Scheduler.Seat seat) {
    ChatResponse response = turn.runIn(session, listener, cancellation, seat);
    if (response.finishReason() != FinishReason.CANCELLED) {
      request = next.plus(response.message());
    }
    return response;
  }

  /**
   * Changes the conversation or the settings of the answers to come. What stays of the
   * conversation's beginning is not read again.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  public void change(UnaryOperator<ChatRequest> change) {
    use.take();
    try {
      request = change.apply(request);
    } finally {
      use.giveBack();
    }
  }

  /**
   * Forgets all that was said, but for what a message of the system at the beginning said.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  public void reset() {
    change(now -> now.withMessages(now.messages().subList(0, systemMessages(now))));
  }

  /**
   * Puts another message of the system at the beginning, in the place of one that is there; with an
   * empty text none.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  public void system(String text) {
    change(
        now -> {
          List<ChatMessage> messages = new ArrayList<>();
          if (!text.isEmpty()) {
            messages.add(new ChatMessage.System(text));
          }
          messages.addAll(now.messages().subList(systemMessages(now), now.messages().size()));
          return now.withMessages(messages);
        });
  }

  private static int systemMessages(ChatRequest request) {
    List<ChatMessage> messages = request.messages();
    return !messages.isEmpty() && messages.getFirst() instanceof ChatMessage.System ? 1 : 0;
  }

  /**
   * Writes the conversation and what was read of it to a file for {@link Engine#restoreChat}, but
   * for {@link ChatRequest#options}. The file appears whole or not at all, in the place of one that
   * is there. It tells what was said, so keep it as you keep texts.
   *
   * @throws IllegalArgumentException if a variable of the template is no JSON value, or the
   *     conversation has more than 64 MB
   * @throws IllegalStateException if the session is closed or does something else
   * @throws IOException if the file cannot be written; what was there is untouched
   */
  public void save(Path file) throws IOException {
    use.take();
    try {
      requests.save(session, ConversationJson.write(request), file);
    } finally {
      use.giveBack();
    }
  }

  /**
   * Whether a file begins as those do that {@link #save} writes, of whatever version or model: what
   * may be replaced by another one.
   *
   * @throws IOException if it is there and cannot be read
   */
  public static boolean isSaved(Path file) throws IOException {
    return SessionFile.isOne(file);
  }

  /**
   * Frees its memory, at the end of what it does, which is cancelled. Closing again does nothing.
   */
  @Override
  public void close() {
    use.close();
  }
}
