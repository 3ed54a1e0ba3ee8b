package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The programs of the documentation, compiled and run in JVMs of their own as a stranger would. */
class ApplicationTest {
  @TempDir Path folder;

  private record Outcome(int exitCode, String out, String err) {}

  @Test
  void readmeProgram_onTheModulePath_needsNoFlag() throws Exception {
    Path sources =
        writeProgram("README.md", "Story", "package app;\n"); // a module has no unnamed package
    Files.writeString(
        sources.resolve("module-info.java"), "module app { requires io.hunyuan4j.engine; }");
    String path = libraries();
    compile(sources, "--module-path", path);
    Outcome outcome =
        java(
            "--module-path",
            path + File.pathSeparator + folder.resolve("classes"),
            "-m",
            "app/app.Story");
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
    assertTrue(outcome.out().length() > 100, outcome.out());
    assertFalse(outcome.err().contains("plain loops"), outcome.err());
  }

  @Test
  void readmeProgram_onTheClassPath_givesTheSameText() throws Exception {
    compile(writeProgram("README.md", "Story", ""), "-cp", libraries());
    String classPath = libraries() + File.pathSeparator + folder.resolve("classes");
    Outcome with = java("--add-modules", "jdk.incubator.vector", "-cp", classPath, "Story");
    assertEquals(0, with.exitCode(), with.err());
    Outcome without = java("-cp", classPath, "Story");
    assertEquals(0, without.exitCode(), without.err());
    assertEquals(with.out(), without.out(), "plain loops give the same text");
    assertFalse(without.err().contains("NoClassDefFoundError"), without.err());
  }

  @ParameterizedTest
  @CsvSource({
    "docs/generation.md, Sampled",
    "docs/generation.md, Choice",
    "docs/generation.md, Written",
    "docs/generation.md, Formed",
    "docs/generation.md, Forked",
    "docs/generation.md, Scored",
    "docs/generation.md, Together",
    "docs/generation.md, Guessed",
    "docs/generation.md, Chat",
    "docs/generation.md, Thought",
    "docs/generation.md, Tools",
    "docs/sessions.md, Turns"
  })
  void programOfADocument_writesAText(String document, String name) throws Exception {
    compile(writeProgram(document, name, ""), "-cp", libraries());
    String classPath = libraries() + File.pathSeparator + folder.resolve("classes");
    Outcome outcome = java("--add-modules", "jdk.incubator.vector", "-cp", classPath, name);
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().length() > 100, outcome.out());
  }

  /** The program of that name in a document, with the path of the bundled model made absolute. */
  private Path writeProgram(String document, String name, String header) throws IOException {
    String text = Files.readString(Models.folder().resolveSibling(document));
    Matcher java = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL).matcher(text);
    String shown =
        java.results()
            .map(found -> found.group(1))
            .filter(code -> code.contains("class " + name + " "))
            .findFirst()
            .orElseThrow(() -> new AssertionError(document + " shows no program " + name));
    String program = shown.replace("models/tiny-tales", Models.tinyTales().toString());
    Path sources = Files.createDirectories(folder.resolve("src"));
    Files.writeString(sources.resolve(name + ".java"), header + program);
    return sources;
  }

  private void compile(Path sources, String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("-d", folder.resolve("classes").toString()));
    try (var files = Files.list(sources)) {
      files.map(Path::toString).sorted().forEach(arguments::add);
    }
    Outcome outcome = run("javac", arguments);
    assertEquals(0, outcome.exitCode(), outcome.out() + outcome.err());
  }

  /** The class path of this test without test classes and test libraries. */
  private static String libraries() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("test-classes"))
        .filter(
            entry ->
                entry.contains("hunyuan-")
                    || entry.contains("jackson")
                    || entry.contains("slf4j-api")
                    || entry.contains("jspecify"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Outcome java(String... arguments) throws IOException, InterruptedException {
    return run("java", List.of(arguments));
  }

  private Outcome run(String tool, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(arguments);
    Path out = folder.resolve("out.txt");
    Path err = folder.resolve("err.txt");
    int exitCode =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    return new Outcome(exitCode, Files.readString(out), Files.readString(err));
  }
}
