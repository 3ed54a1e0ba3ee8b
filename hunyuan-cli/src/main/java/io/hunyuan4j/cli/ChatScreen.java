package io.hunyuan4j.cli;

import io.hunyuan4j.engine.ChatListener;
import io.hunyuan4j.text.chat.OutputPart;
import io.hunyuan4j.text.chat.ToolCall;
import java.util.function.Consumer;

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

  @Override
  public void onPart(OutputPart part) {
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
