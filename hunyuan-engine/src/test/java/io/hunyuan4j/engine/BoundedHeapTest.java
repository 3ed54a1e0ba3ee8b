package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Programs that do with a bounded heap, each in a JVM of its own. */
class BoundedHeapTest {

  /**
   * For sixty-four sessions 256 MB are promised, for prompts of any length; these are of some 180
   * tokens, so that the test is quick, and would need more than half of that if each session had
   * activations of its own.
   */
  @ParameterizedTest
  @MethodSource
  void program_doesWithItsHeap(Class<?> program, String heap, @TempDir Path folder)
      throws Exception {
    Path output = folder.resolve("output.txt");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-XX:+ExitOnOutOfMemoryError",
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      String threads = threadsOf(process, folder.resolve("threads.txt"));
      process.destroyForcibly().waitFor();
      fail("no end after 5 minutes; " + read(output) + threads);
    }
    assertEquals(0, process.exitValue(), () -> read(output));
  }

  static List<Arguments> program_doesWithItsHeap() {
    return List.of(
        Arguments.of(ManySessions.class, "128m"),
        Arguments.of(ManyChats.class, "128m"),
        Arguments.of(LongDecode.class, "64m"));
  }

  /** What the threads of a Java process do. */
  private static String threadsOf(Process process, Path output) throws Exception {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process asked =
        new ProcessBuilder(jcmd, String.valueOf(process.pid()), "Thread.print")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!asked.waitFor(1, TimeUnit.MINUTES)) {
      asked.destroyForcibly().waitFor();
    }
    return read(output);
  }

  private static String read(Path output) {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
