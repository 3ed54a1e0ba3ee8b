package io.hunyuan4j.bench.speed;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.kernels.Parallel;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Measures the machine, and then every combination of a plan on one model. */
public final class SpeedRun {
  private final ModelSource source;
  private final SpeedPlan plan;
  private final SpeedObserver observer;
  // Not the kernels that begin on plain loops and change to vectors when they like.
  private final int vectorBits = KernelFactory.preferredBits();

  private SpeedRun(ModelSource source, SpeedPlan plan, SpeedObserver observer) {
    this.source = source;
    this.plan = plan;
    this.observer = observer;
  }

  /**
   * Measures; everything found goes to the observer.
   *
   * @throws IllegalArgumentException if the model's weights cannot be turned into a chosen format
   */
  public static void run(ModelSource source, SpeedPlan plan, SpeedObserver observer) {
    for (WeightChoice choice : plan.weights()) {
      if (!choice.accepts(source.format())) {
        throw new IllegalArgumentException(
            "the weights of %s are %s, which cannot be turned into %s"
                .formatted(source.name(), source.format(), choice.spelling()));
      }
    }
    SpeedRun run = new SpeedRun(source, plan, observer);
    observer.limits(run.limits());
    for (WeightChoice choice : plan.weights()) {
      for (int threads : plan.threads()) {
        run.measure(choice, threads);
      }
    }
  }

  /** Of one thread, and of every number of threads of the plan. */
  private List<Limits> limits() {
    Set<String> formats = new TreeSet<>();
    plan.weights().forEach(choice -> formats.add(choice.formatOf(source.format())));
    Set<Integer> counts = new TreeSet<>(plan.threads());
    counts.add(1);
    LimitProbe probe = new LimitProbe(vectorBits, plan.warmup());
    List<Limits> limits = new ArrayList<>();
    for (int threads : counts) {
      try (SpeedObserver.Stage _ = observer.begin("Measuring the machine, threads: " + threads)) {
        limits.add(probe.measure(threads, formats));
      }
    }
    return limits;
  }

  private void measure(WeightChoice choice, int threads) {
    try (Parallel parallel = Parallel.ofThreads(threads);
        Arena arena = Arena.ofShared()) {
      Kernels kernels = KernelFactory.ofWidth(vectorBits, parallel);
      LanguageModel model;
      try (SpeedObserver.Stage _ = observer.begin("Preparing the weights of " + source.name())) {
        model = source.build(choice, kernels, arena);
      }
      String format = model.cost().mainFormat();
      for (KvFormat kvFormat : plan.kvFormats()) {
        SpeedRow.Setting setting = new SpeedRow.Setting(choice, format, kvFormat, threads);
        measure(model, setting);
      }
    }
  }

  private void measure(LanguageModel model, SpeedRow.Setting setting) {
    SessionOptions options =
        SessionOptions.ofCapacity(plan.capacity()).withKvFormat(setting.kvFormat());
    try (TestBed bed = new TestBed(model, options)) {
      for (SpeedTest test : plan.tests()) {
        observer.row(
            new SpeedRow(
                setting,
                test,
                Work.of(test, model, setting.kvFormat()),
                samples(bed, setting, test)));
      }
    }
  }

  private Samples samples(TestBed bed, SpeedRow.Setting setting, SpeedTest test) {
    String what =
        "%s, %s, cache %s, threads %d"
            .formatted(test.label(), setting.format(), setting.kvFormat(), setting.threads());
    try (SpeedObserver.Stage _ = observer.begin(what + ": warming up")) {
      bed.prepare(test, plan.warmup());
    }
    List<Double> seconds = new ArrayList<>();
    AllocationMeter allocation = new AllocationMeter();
    for (int i = 1; i <= plan.repeat(); i++) {
      try (SpeedObserver.Stage _ =
          observer.begin("%s: %d of %d".formatted(what, i, plan.repeat()))) {
        seconds.add(bed.time(test, allocation));
      }
    }
    return new Samples(seconds, allocation.bytes());
  }
}
