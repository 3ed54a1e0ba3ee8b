package io.hunyuan4j.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The computer under the JVM, as far as its operating system tells. */
final class Machine {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final List<String> NAME_KEYS =
      List.of("model name", "Processor", "cpu model", "Model");

  /** The CPU's name and the architecture that the JVM is built for. */
  String cpu() {
    String name =
        fromCpuInfo()
            .or(Machine::fromSysctl)
            .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")))
            .orElse("unknown");
    return "%s (%s)".formatted(name, architecture());
  }

  /** What to say of the CPU. */
  String cpuAdvice() {
    return isX86() || architecture().equals("aarch64")
        ? "fine"
        : "hunyuan4j is tested on amd64 and aarch64 only";
  }

  /** Whether it is of Intel's family of instruction sets. */
  boolean isX86() {
    return architecture().equals("amd64") || architecture().equals("x86_64");
  }

  private static String architecture() {
    return System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
  }

  /** Memory of the machine, or of the container if that has less. */
  long physicalBytes() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
        .getTotalMemorySize();
  }

  /**
   * The commit that a folder is at, with {@code -dirty} where files differ; nothing without git.
   */
  static Optional<String> commit(Path folder) {
    try {
      Process git =
          new ProcessBuilder(
                  List.of(
                      "git",
                      "-C",
                      folder.toString(),
                      "describe",
                      "--always",
                      "--dirty",
                      "--exclude",
                      "*"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(commit.strip()).filter(found -> !found.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> fromCpuInfo() {
    if (!Files.isReadable(CPU_INFO)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.UTF_8)) {
      return lines
          .map(line -> line.split(":", 2))
          .filter(line -> line.length == 2 && NAME_KEYS.contains(line[0].strip()))
          .map(line -> line[1].strip())
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> fromSysctl() {
    if (!System.getProperty("os.name", "").startsWith("Mac")) {
      return Optional.empty();
    }
    try {
      Process process =
          new ProcessBuilder("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string").start();
      String name = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(name.strip()).filter(found -> !found.isEmpty());
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
