package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.engine.ChatSession;
import io.hunyuan4j.engine.Engine;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in JVMs of its own, with other flags than the launcher's. */
class JvmTest {
  private static final String WARNING = "WARNING: Using incubator modules: jdk.incubator.vector\n";

  @TempDir Path folder;

  @Test
  void classPath_withoutVectorApi_warnsAndStillWrites() throws Exception {
    Cli plain =
        java(onClassPath(), "generate", "--greedy", "--max-tokens", "4", "Once upon a time");
    Cli here = Cli.run("generate", "--greedy", "--max-tokens", "4", "Once upon a time");
    assertEquals(here.out(), plain.out());
    assertEquals(1, plain.err().lines().count(), plain.err());
    assertTrue(
        plain.err().matches("WARN .*start java with --add-modules jdk\\.incubator\\.vector\n"),
        plain.err());
    assertFalse(plain.err().contains("NoClassDefFoundError"), plain.err());
    assertEquals(ExitCode.FINE, plain.exitCode());
  }

  @Test
  void classPath_vectorsWithoutVectorApi_isWrongUsage() throws Exception {
    Cli result =
        java(
            onClassPath(),
            "verify",
            "--vector-bits",
            "256",
            Cli.model("golden/dense-v1").toString());
    assertEquals(
        "hunyuan: --vector-bits 256 needs the Vector API: start java with --add-modules"
            + " jdk.incubator.vector; see ./hunyuan verify --help\n",
        result.err());
    assertEquals(ExitCode.WRONG_USAGE, result.exitCode());
  }

  @Test
  void classPath_firstCompilerWithoutVectorApi_doctorAdvises() throws Exception {
    List<String> flags = new ArrayList<>(onClassPath());
    flags.add("-XX:TieredStopAtLevel=1");
    Cli result = java(flags, "doctor");
    assertTrue(result.out().contains("remove -XX:TieredStopAtLevel"), result.out());
    assertTrue(
        result.out().contains("start java with --add-modules jdk.incubator.vector"), result.out());
    assertEquals(ExitCode.CHECK_FAILED, result.exitCode());
  }

  @Test
  void classPath_verbose_logsDebug() throws Exception {
    List<String> flags = new ArrayList<>(List.of("--add-modules", "jdk.incubator.vector"));
    flags.addAll(onClassPath());
    Cli result = java(flags, "generate", "--verbose", "--max-tokens", "1", "Once");
    assertTrue(result.err().startsWith(WARNING + "DEBUG "), result.err());
    Cli quiet = java(flags, "generate", "--max-tokens", "1", "Once");
    assertEquals(WARNING, quiet.err());
    assertEquals(result.out(), quiet.out());
  }

  @Test
  void modulePath_generates() throws Exception {
    List<String> modules =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("test-classes"))
            .filter(
                entry ->
                    entry.contains("hunyuan") || entry.matches(".*(picocli|jackson|slf4j|jline).*"))
            .toList();
    Cli result =
        java(
            List.of(
                "-p",
                String.join(File.pathSeparator, modules),
                "-m",
                "io.hunyuan4j.cli/" + Main.class.getName()),
            "generate",
            "--greedy",
            "--max-tokens",
            "4",
            "Once upon a time");
    assertEquals(WARNING, result.err());
    assertEquals(
        Cli.run("generate", "--greedy", "--max-tokens", "4", "Once upon a time").out(),
        result.out());
  }

  @Test
  void anotherDescriptorForErrors_isWrittenInOrder() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "echo before >&2; \"$@\" 3>&2 2>/dev/null; echo after >&2",
                "sh",
                java,
                "--add-opens=java.base/java.io=ALL-UNNAMED",
                "-Dhunyuan.stderr=3",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "inspect",
                "no/such/folder")
            .redirectError(err.toFile())
            .start();
    assertEquals(0, process.waitFor());
    assertEquals(
        "before\nhunyuan: folder: expected a folder with a checkpoint, found nothing of that name\nafter\n",
        Files.readString(err));
  }

  @Test
  void chatThatIsToldToEnd_keepsItsConversation() throws Exception {
    Path kept = folder.resolve("kept.chat");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dhunyuan.home=" + Cli.home());
    command.addAll(onClassPath());
    command.addAll(List.of("chat", "--max-tokens", "9", "--session", kept.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(folder.resolve("err").toFile()).start();
    try (Writer lines = process.outputWriter(StandardCharsets.UTF_8)) {
      lines.write("A king.\n");
      lines.flush();
      String answer = process.inputReader(StandardCharsets.UTF_8).readLine();
      process.destroy(); // SIGTERM; the line has ended, so the turn is over
      assertEquals(143, process.waitFor());
      try (Engine engine = Engine.open(Cli.model("tiny-tales"));
          ChatSession chat = engine.restoreChat(kept)) {
        assertEquals(2, chat.messages().size());
        assertEquals(answer, chat.messages().getLast().content());
      }
    }
  }

  private static List<String> onClassPath() {
    return List.of("-cp", System.getProperty("java.class.path"), Main.class.getName());
  }

  /** Runs java with flags, the last of which name the main class, and then the command. */
  private Cli java(List<String> flags, String... command) throws IOException, InterruptedException {
    List<String> args = new ArrayList<>();
    args.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    args.add("-Dhunyuan.home=" + Cli.home());
    args.addAll(flags.stream().filter(flag -> flag.startsWith("-XX:")).toList());
    args.addAll(flags.stream().filter(flag -> !flag.startsWith("-XX:")).toList());
    args.addAll(List.of(command));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(args).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    process.getOutputStream().close();
    int exitCode = process.waitFor();
    return new Cli(
        exitCode,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
