package io.hunyuan4j.engine;

import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.Generator;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A text that is continued piece by piece: what was read and generated stays, and is not read
 * again.
 *
 * <p>Does one thing at a time; whoever asks for a second one is refused. Closing it frees its
 * memory, which forks do not notice.
 *
 * <pre>{@code
 * try (TextSession session = engine.newSession()) {
 *   session.generate("There was a king.", options);
 *   try (TextSession other = session.fork()) {
 *     System.out.println(other.generate(" His daughter", options).text());
 *   }
 *   session.save(file); // and engine.restore(file) goes on from here, tomorrow
 * }
 * }</pre>
 *
 * <p>A session is tokens, keys and values. What draws a token (seed, penalties) begins anew with
 * each call, from the call's options: so the same calls give the same texts whether a session was
 * saved and restored between them or not. Penalties count the tokens of their call.
 */
public final class TextSession implements AutoCloseable {
  private final Requests requests;
  private final OneAtATime use = new OneAtATime(this::free);
  private Session session; // touched only by who has it

  TextSession(Requests requests, Session session) {
    this.requests = requests;
    this.session = session;
  }

  private void free() {
    session.close();
  }

  /**
   * Reads {@code text} and continues it; returns when that is complete. The session then holds
   * both, but for what {@link TextOptions#overflow} drops, and for a last token that finds it full.
   *
   * <p>With an empty text it goes on where it ended; with no tokens asked for it only reads.
   *
   * @throws IllegalArgumentException if there is no text at all, the text does not fit, or the
   *     options name a token that the model does not have or a format that is broken
   * @throws IllegalStateException if the session is closed or does something else
   * @throws java.util.concurrent.RejectedExecutionException if as many generations run and wait as
   *     the engine's options allow
   */
  public GeneratedText generate(String text, TextOptions options) {
    Cancellation cancellation = requests.cancellation(options);
    int[] tokens = requests.encode(text, options);
    GenerationOptions generation = requests.generationOptions(options);
    use.take(cancellation);
    try (Scheduler.Seat seat = requests.seat()) {
      return run(tokens, options, generation, _ -> {}, cancellation, seat);
    } finally {
      use.giveBack();
    }
  }

  /**
   * The same in the background, telling the listener each piece as it comes. What the session or
   * the model refuses, {@link Generation#result} throws.
   *
   * @throws IllegalArgumentException if the options name a token that the model does not have or a
   *     format that is broken
   * @throws IllegalStateException if the session is closed or does something else
   * @throws java.util.concurrent.RejectedExecutionException if as many generations run and wait as
   *     the engine's options allow
   */
  public Generation generate(String text, TextOptions options, TextListener listener) {
    Cancellation cancellation = requests.cancellation(options);
    int[] tokens = requests.encode(text, options);
    GenerationOptions generation = requests.generationOptions(options);
    use.take(cancellation);
    boolean started = false;
    try {
      Background<GeneratedText> inBackground =
          requests.inBackground(
              cancellation,
              seat -> {
                try {
                  return run(tokens, options, generation, listener, cancellation, seat);
                } finally {
                  use.giveBack();
                }
              });
      started = true;
      return new Generation(inBackground);
    } finally {
      if (!started) {
        use.giveBack();
      }
    }
  }

  private GeneratedText run(
      int[] tokens,
      TextOptions options,
      GenerationOptions told,
      TextListener listener,
      Cancellation cancellation,
      Scheduler.Seat seat) {
    TextCollector collector = new TextCollector(requests.tokenizer(), options, listener);
    Generator generator = new Generator(requests.model(), seat);
    boolean goesOn = tokens.length == 0 && session.position() > 0;
    return collector.finish(
        goesOn
            ? goOn(generator, told, collector, cancellation)
            : generator.extend(tokens, session, told, collector, cancellation));
  }

  /**
   * Reads the last token again, for what follows it; in a fork, which takes over if anything does.
   */
  private GenerationResult goOn(
      Generator generator,
      GenerationOptions options,
      TextCollector collector,
      Cancellation cancellation) {
    int last = session.position() - 1;
    int[] again = {session.tokens()[last]};
    Session other = session.fork();
    try {
      other.truncate(last);
      GenerationResult result = generator.extend(again, other, options, collector, cancellation);
      if (!result.tokens().isEmpty()) {
        Session before = session;
        session = other;
        other = before;
      }
      return result;
    } finally {
      other.close();
    }
  }

  /** The tokens that it holds. */
  public int[] tokens() {
    use.take();
    try {
      return session.tokens();
    } finally {
      use.giveBack();
    }
  }

  /**
   * Forgets all tokens from {@code tokens} on; what follows is as if they had never been.
   *
   * @throws IllegalArgumentException if it has fewer
   * @throws IllegalStateException if the session is closed or does something else
   */
  public void truncate(int tokens) {
    use.take();
    try {
      session.truncate(tokens);
    } finally {
      use.giveBack();
    }
  }

  /**
   * Another session that holds the same and goes its own way. What they have in common is stored
   * once.
   *
   * @throws IllegalStateException if the session is closed or does something else
   */
  public TextSession fork() {
    use.take();
    try {
      return new TextSession(requests, session.fork());
    } finally {
      use.giveBack();
    }
  }

  /**
   * Writes it to a file for {@link Engine#restore}. The file appears whole or not at all, in the
   * place of one that is there. It tells what was said, so keep it as you keep texts.
   *
   * @throws IllegalStateException if the session is closed or does something else
   * @throws IOException if the file cannot be written; what was there is untouched
   */
  public void save(Path file) throws IOException {
    use.take();
    try {
      requests.save(session, new byte[0], file);
    } finally {
      use.giveBack();
    }
  }

  /**
   * Frees its memory, at the end of what it does, which is cancelled. Closing again does nothing.
   */
  @Override
  public void close() {
    use.close();
  }
}
