package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {

  @Test
  void doctor_hasALineForEverything() {
    Cli result = Cli.run("doctor", "--threads", "1");
    List<String> lines = result.out().lines().toList();
    List<String> subjects =
        List.of(
            "JDK",
            "Compiler",
            "CPU",
            "Vectors",
            "Threads",
            "Memory",
            "Java heap",
            "Reading",
            "Arithmetic");
    assertEquals(subjects, lines.stream().map(line -> line.strip().split("  +")[0]).toList());
    for (String line : lines) {
      assertEquals(3, line.strip().split("  +").length, line);
    }
    assertTrue(lines.get(0).contains(Runtime.version().toString()), lines.get(0));
    assertTrue(lines.get(3).matches(" +Vectors +\\d+ bits: .*"), lines.get(3));
    assertTrue(lines.get(4).contains("1 of "), lines.get(4));
    assertTrue(lines.get(7).matches(" +Reading +\\d+\\.\\d GB/s +bounds .*"), lines.get(7));
    assertTrue(lines.get(8).matches(" +Arithmetic +\\d+\\.\\d GFLOPS +bounds .*"), lines.get(8));
    assertEquals("", result.err());
    assertEquals(ExitCode.FINE, result.exitCode(), result.out());
  }
}
