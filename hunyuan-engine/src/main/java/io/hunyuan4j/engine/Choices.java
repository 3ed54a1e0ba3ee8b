package io.hunyuan4j.engine;

import io.hunyuan4j.core.Scheduler;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.GenerationResult;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Several continuations of one prompt. All of it but the last token is read once; each continuation
 * reads that one in a fork, with a part of its own in the forward passes. When one fails, all end.
 */
final class Choices {
  private static final GenerationOptions ONLY_READ =
      new GenerationOptions(0, SamplingOptions.greedy(), Set.of(), GenerationOptions.DEFAULT_CHUNK);

  private final Requests requests;
  private final int[] prompt;
  private final TextOptions textOptions;
  private final GenerationOptions generation;
  private final Cancellation cancellation;

  Choices(Requests requests, int[] prompt, TextOptions textOptions, Cancellation cancellation) {
    this.requests = requests;
    this.prompt = prompt;
    this.textOptions = textOptions;
    this.generation = requests.generationOptions(textOptions);
    this.cancellation = cancellation;
    requests.checkBudget(prompt, generation);
  }

  /** One text for each seed from that of the options on. */
  List<GeneratedText> generate(int count) {
    List<Scheduler.Seat> seats = requests.seats(count);
    try (Session read = requests.newSession()) {
      GenerationResult reading = read(read, seats.getFirst());
      List<Background<GeneratedText>> running = new ArrayList<>();
      try {
        for (Scheduler.Seat seat : seats) {
          running.add(start(running.size(), read, reading, seat));
        }
      } catch (RuntimeException | Error e) {
        cancellation.cancel();
        throw e;
      } finally {
        running.forEach(Background::await);
      }
      return running.stream().map(Background::result).toList();
    } finally {
      seats.forEach(Scheduler.Seat::close);
    }
  }

  /** Reads what all have in common. A prompt that has to slide each reads for itself. */
  private GenerationResult read(Session session, Scheduler.Seat seat) {
    int common = prompt.length <= session.options().capacity() ? prompt.length - 1 : 0;
    GenerationOptions onlyRead = ONLY_READ.withOverflow(generation.overflow());
    Generator generator = new Generator(requests.model(), seat);
    return common == 0
        ? generator.generate(prompt, session, onlyRead, _ -> true, cancellation)
        : generator.extend(
            Arrays.copyOf(prompt, common), session, onlyRead, _ -> true, cancellation);
  }

  private Background<GeneratedText> start(
      int index, Session read, GenerationResult reading, Scheduler.Seat seat) {
    Session fork = read.fork();
    boolean started = false;
    try {
      Background<GeneratedText> background =
          requests.inBackground(cancellation, seat, own -> run(index, fork, reading, own));
      started = true;
      return background;
    } finally {
      if (!started) {
        fork.close();
      }
    }
  }

  private GeneratedText run(
      int index, Session fork, GenerationResult reading, Scheduler.Seat seat) {
    TextCollector collector = new TextCollector(requests.tokenizer(), textOptions, _ -> {});
    boolean complete = false;
    try (fork) {
      int held = fork.position();
      GenerationResult result =
          new Generator(requests.model(), seat)
              .generate(
                  Arrays.copyOfRange(prompt, held, prompt.length),
                  fork,
                  options(index, held),
                  collector,
                  cancellation);
      int known = index == 0 ? reading.cachedPromptTokens() : held;
      GeneratedText text =
          collector.finish(
              result.ofPrompt(prompt.length, known + result.cachedPromptTokens(), reading.total()));
      complete = true;
      return text;
    } finally {
      if (!complete) {
        cancellation.cancel();
      }
    }
  }

  private GenerationOptions options(int index, int held) {
    SamplingOptions sampling = generation.sampling().after(Arrays.copyOf(prompt, held));
    long seed = sampling.seed() + index;
    return generation.withSampling(sampling.toBuilder().seed(seed).build());
  }
}
