package io.hunyuan4j.cli;

import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Kernels;
import io.hunyuan4j.kernels.MachineProbe;
import io.hunyuan4j.kernels.Parallel;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code hunyuan doctor}: what this machine and its JVM are, what they can do, and what would be
 * better.
 */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Looks at JDK, CPU and memory, measures their speed, and gives advice. Exit code 1 where the JVM cannot run fast.",
    footer = {"", "Example:", "  ./hunyuan doctor"})
final class DoctorCommand implements Callable<Integer> {
  private static final Runtime.Version NEEDED_JAVA = Runtime.Version.parse("25.0.3");
  private static final String INTERPRETER = "interpreted mode";
  private static final String FIRST_COMPILER_ONLY = "emulated-client";

  /**
   * Parameters of Hunyuan-A13B that one token uses. In BF16 it reads two bytes of each; it
   * multiplies and adds with each.
   */
  private static final double A13B_ACTIVE = 13e9;

  private static final int BF16_BYTES = 2;
  private static final int OPERATIONS = 2;

  /** The first is disturbed by the kernels, which are still being compiled. */
  private static final int ROUNDS = 3;

  private static final long SMALL_MEMORY = 8L << 30;

  private final Host host;
  private final Machine machine = new Machine();
  private final Table findings = new Table("lll");
  private boolean slow;

  @Mixin private final ThreadsOption threads = new ThreadsOption();

  DoctorCommand(Host host) {
    this.host = host;
  }

  @Override
  public Integer call() {
    try (Parallel parallel = Parallel.ofThreads(threads.count());
        Progress _ = Progress.of(host, "Measuring")) {
      Kernels kernels = KernelFactory.preferred(parallel);
      jdk();
      compiler();
      findings.row("CPU", machine.cpu(), machine.cpuAdvice());
      vectors(kernels);
      threads(kernels.threads());
      memory();
      if (slow) { // measuring interpreted code would take minutes and say nothing of the machine
        findings.row("Reading", "not measured", "first mend what is slow above");
        findings.row("Arithmetic", "not measured", "first mend what is slow above");
      } else {
        speed(new MachineProbe(kernels));
      }
    }
    findings.print(host.out());
    return slow ? ExitCode.CHECK_FAILED : ExitCode.FINE;
  }

  private void jdk() {
    Runtime.Version version = Runtime.version();
    boolean old = version.compareToIgnoreOptional(NEEDED_JAVA) < 0;
    slow |= old;
    findings.row(
        "JDK",
        "%s, %s".formatted(version, System.getProperty("java.vm.name")),
        old ? "older than %s: install a newer JDK 25".formatted(NEEDED_JAVA) : "fine");
  }

  private void compiler() {
    String mode = System.getProperty("java.vm.info", "");
    String advice = "fine";
    if (mode.contains(INTERPRETER)) {
      advice = "very slow: remove -Xint from the JVM's options";
    } else if (mode.contains(FIRST_COMPILER_ONLY)) {
      advice = "slow: remove -XX:TieredStopAtLevel from the JVM's options";
    }
    slow |= !advice.equals("fine");
    findings.row("Compiler", mode, advice);
  }

  private void vectors(Kernels kernels) {
    int bits = kernels.vectorBits();
    if (!KernelFactory.isVectorApiPresent()) {
      slow = true;
      findings.row(
          "Vectors",
          "none: this JVM was started without the Vector API",
          "very slow: start java with --add-modules jdk.incubator.vector, as ./hunyuan does");
      return;
    }
    findings.row(
        "Vectors",
        "%d bits: the widest that the JVM prefers on this CPU".formatted(bits),
        bits < 256 && machine.isX86() ? "a CPU with AVX2 or AVX-512 would be faster" : "fine");
  }

  private void threads(int count) {
    int processors = Runtime.getRuntime().availableProcessors();
    String advice = "fine";
    if (processors == 1) {
      advice = "one processor: more would be faster up to the read bandwidth";
    } else if (count < processors) {
      advice = "fewer than processors: leave --threads away unless others need them";
    }
    findings.row("Threads", "%d of %d processors".formatted(count, processors), advice);
  }

  private void memory() {
    long physical = machine.physicalBytes();
    findings.row(
        "Memory",
        Amounts.bytes(physical),
        physical < SMALL_MEMORY
            ? "enough for small models: weights beyond it come from disk, token by token"
            : "fine: weights up to about %s stay in memory"
                .formatted(Amounts.bytes(physical / 10 * 9)));
    findings.row(
        "Java heap",
        "at most " + Amounts.bytes(Runtime.getRuntime().maxMemory()),
        "fine: weights and caches are outside it");
  }

  private void speed(MachineProbe probe) {
    double bandwidth = 0;
    double flops = 0;
    for (int round = 0; round < ROUNDS; round++) {
      bandwidth = Math.max(bandwidth, probe.readBytesPerSecond());
      flops = Math.max(flops, probe.peakFlops());
    }
    findings.row(
        "Reading",
        String.format(Locale.ROOT, "%.1f GB/s", bandwidth / 1e9),
        String.format(
            Locale.ROOT,
            "bounds generation: Hunyuan-A13B in BF16 at most %.1f tokens/s",
            bandwidth / (A13B_ACTIVE * BF16_BYTES)));
    findings.row(
        "Arithmetic",
        String.format(Locale.ROOT, "%.1f GFLOPS", flops / 1e9),
        String.format(
            Locale.ROOT,
            "bounds reading of prompts: Hunyuan-A13B at most %.0f tokens/s",
            flops / (A13B_ACTIVE * OPERATIONS)));
  }
}
