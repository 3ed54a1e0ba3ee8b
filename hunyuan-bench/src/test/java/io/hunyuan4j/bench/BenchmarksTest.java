package io.hunyuan4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.Defaults;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Every benchmark runs once, on tiny operands, with every combination of its parameters, and checks
 * its result.
 */
class BenchmarksTest {

  @Test
  void everyBenchmark_runsWithEveryCombinationOfItsParameters() throws RunnerException {
    Collection<RunResult> results = new Runner(tiny().build()).run();
    Set<String> ran =
        results.stream()
            .map(result -> result.getParams().getBenchmark())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(benchmarks(), ran);
    // format · size · vectors; rows · format · threads; 7 operations · rows · vectors; format ·
    // vectors;
    // 6 operations · kv · vectors; tokens · threads; 2 operations; chains · spreads;
    // 2 operations · format · budget
    assertEquals(
        3 * 2 + 3 * 3 * 2 + 7 * 2 * 2 + 3 * 2 + 6 * 4 * 2 + 3 * 2 + 2 + 6 * 2 + 2 * 4 * 2,
        results.size());
    for (RunResult result : results) {
      assertTrue(result.getPrimaryResult().getScore() > 0, result.getParams().getBenchmark());
    }
  }

  @Test
  void benchmarkThatCannotRun_failsTheRun() {
    assertThrows(
        RunnerException.class,
        () -> new Runner(tiny().param("shape", "none").include("ModelBenchmark").build()).run());
  }

  private static ChainedOptionsBuilder tiny() {
    return new OptionsBuilder()
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(1))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT)
        .param("size", "tiny")
        .param("vocabulary", "../models/tiny-tales/hy.tiktoken")
        .param("shape", "tiny");
  }

  /** What the annotation processor found. */
  private static Set<String> benchmarks() {
    List<BenchmarkListEntry> entries =
        new ArrayList<>(
            BenchmarkList.defaultList()
                .getAll(
                    OutputFormatFactory.createFormatInstance(System.out, Defaults.VERBOSITY),
                    List.of()));
    return entries.stream()
        .map(BenchmarkListEntry::getUsername)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
