package io.hunyuan4j.cli;

import io.hunyuan4j.engine.ChatListener;
import io.hunyuan4j.text.chat.OutputPart;
import io.hunyuan4j.text.chat.ToolCall;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a chat shows. Without a terminal only answers and calls go out, everything that is said
 * about them goes where errors do. On a terminal thinking is shown too, dimmed.
 */
final class ChatScreen implements ChatListener {
  /** Where it is shown. */
  enum Kind {
    /** Somebody watches, and sees colours. */
    COLOURED,
    /** Somebody watches. */
    PLAIN,
    /** A file or another program. */
    PIPED
  }

  private static final String DIM = "\u001b[2m";
  private static final String NORMAL = "\u001b[0m";

  private final Kind kind;
  private final Consumer<String> out;
  private final Consumer<String> aside;
  private @Nullable Progress reading; // until the answer begins
  private boolean thinking;

  /**
   * @param out prints text at once
   * @param aside the same for what is not the model's
   */
  ChatScreen(Kind kind, Consumer<String> out, Consumer<String> aside) {
    this.kind = kind;
    this.out = out;
    this.aside = aside;
  }

  /** Begins a turn: on a terminal it says how far the prompt is read, if that takes long. */
  void beginTurn() {
    reading = Progress.counting(kind != Kind.PIPED, aside, "Reading the prompt", "tokens");
  }

  @Override
  public void onPromptRead(int read, int total) {
    if (reading != null) {
      reading.reached(read, total);
    }
  }

  /** Says no more how far the prompt is read; the answer or its end does that too. */
  void endReading() {
    if (reading != null) {
      reading.close();
    }
  }

  @Override
  public void onPart(OutputPart part) {
    endReading();
    switch (part) {
      case OutputPart.Raw _ -> {}
      case OutputPart.Thinking thought -> {
        if (kind != Kind.PIPED) {
          if (!thinking) {
            out.accept(kind == Kind.COLOURED ? DIM : "(thinking) ");
            thinking = true;
          }
          out.accept(shown(thought.text()));
        }
      }
      case OutputPart.Answer answer -> {
        endThinking();
        out.accept(shown(answer.text()));
      }
      case OutputPart.Call call -> {
        endThinking();
        call(call.call());
      }
    }
  }

  private void call(ToolCall call) {
    out.accept(shown(call.id() + " " + call.name() + " " + call.argumentsJson()) + "\n");
  }

  private void endThinking() {
    if (thinking) {
      thinking = false;
      out.accept((kind == Kind.COLOURED ? NORMAL : "") + "\n\n");
    }
  }

  /** Ends what a turn has shown. */
  void endTurn() {
    endReading();
    endThinking();
    out.accept("\n");
  }

  /** A line that is not the model's. */
  void say(String line) {
    boolean dimmed = kind == Kind.COLOURED;
    aside.accept((dimmed ? DIM : "") + shown(line) + (dimmed ? NORMAL : "") + "\n");
  }

  private String shown(String text) {
    return kind == Kind.PIPED ? text : TerminalText.printable(text);
  }
}
