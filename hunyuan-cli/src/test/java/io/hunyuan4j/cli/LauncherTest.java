package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The shell launcher in a project of empty files, with a Maven and JDKs that only say that they
 * were called.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "hunyuan.cmd is the launcher there")
class LauncherTest {
  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$JAVA_HOME $*" >>"$FAKE/maven.log"
      [ -z "$FAKE_SLOW" ] || sleep 1
      if [ -n "$FAKE_BROKEN" ]; then echo 'it does not compile'; exit 1; fi
      mkdir -p hunyuan-cli/target/lib
      echo cli >hunyuan-cli/target/hunyuan-cli.jar
      echo core >hunyuan-cli/target/lib/hunyuan-core.jar
      """;
  private static final String JAVA =
      """
      #!/bin/sh
      for argument; do case $argument in -XX:AOTCacheOutput=*) exit 1 ;; esac; done
      echo 'WARNING: Using incubator modules: jdk.incubator.vector' >&2
      echo 'another line' >&2
      printf 'no line' >&2
      for argument; do printf '%s\\n' "$argument"; done
      exit 7
      """;

  @TempDir Path folder;

  private final Map<String, String> environment = new TreeMap<>();
  private Path home = Path.of("");

  @BeforeEach
  void createProject() throws IOException {
    folder = folder.toRealPath();
    home = Files.createDirectories(folder.resolve("my project"));
    Files.copy(Cli.home().resolve("hunyuan"), home.resolve("hunyuan"));
    Files.writeString(home.resolve("pom.xml"), "");
    for (String module : List.of("kernels", "core", "text", "loader", "engine", "bench", "cli")) {
      Path source = Files.createDirectories(home.resolve("hunyuan-" + module + "/src/main/java"));
      Files.writeString(source.resolve("A.java"), "");
      Files.writeString(home.resolve("hunyuan-" + module + "/pom.xml"), "");
    }
    // Everything older than any build, whatever the clock's resolution.
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
      }
    }
    script(folder.resolve("bin/mvn"), MAVEN);
    environment.put("PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    environment.put("FAKE", folder.toString());
    environment.put("HOME", Files.createDirectories(folder.resolve("user")).toString());
    environment.put("JAVA_HOME", jdk("jdk-25", "25.0.3").toString());
    environment.put("LANG", "C.UTF-8");
  }

  @Test
  void start_passesArgumentsAndExitCodeOn() throws Exception {
    Cli result = launch(home.resolve("hunyuan"), "generate", "--stop", "a  b", "*", "");
    List<String> arguments = result.out().lines().toList();
    int main = arguments.indexOf(Main.class.getName());
    assertEquals(
        List.of("generate", "--stop", "a  b", "*", ""),
        arguments.subList(main + 1, arguments.size()));
    assertTrue(arguments.contains("-Dhunyuan.home=" + home), result.out());
    assertTrue(arguments.contains("-Dhunyuan.stdout.terminal=false"), result.out());
    assertTrue(arguments.contains("-XX:+UseSerialGC"), result.out());
    assertEquals(7, result.exitCode());
  }

  @Test
  void start_dropsTheJvmsWarningOnly() throws Exception {
    launch(home.resolve("hunyuan"));
    assertEquals("another line\nno line", launch(home.resolve("hunyuan")).err());
  }

  @Test
  void start_moreFlags_areWords() throws Exception {
    environment.put("HUNYUAN_JAVA_OPTS", "-Xmx8g -XX:+UseZGC");
    List<String> arguments = launch(home.resolve("hunyuan"), "doctor").out().lines().toList();
    assertTrue(arguments.containsAll(List.of("-Xmx8g", "-XX:+UseZGC")), arguments.toString());
    assertFalse(arguments.contains("-XX:+UseSerialGC"), arguments.toString());
  }

  @Test
  void start_throughLinks_findsItsFolder() throws Exception {
    Path direct = Files.createSymbolicLink(folder.resolve("bin/hunyuan"), home.resolve("hunyuan"));
    Path relative = Files.createSymbolicLink(folder.resolve("link"), Path.of("bin/hunyuan"));
    for (Path link : List.of(direct, relative)) {
      assertTrue(launch(link).out().contains("-Dhunyuan.home=" + home + "\n"), link.toString());
    }
  }

  @Test
  void build_happensOnceUntilASourceChanges() throws Exception {
    Path launcher = home.resolve("hunyuan");
    assertTrue(launch(launcher).err().startsWith("Building hunyuan4j (once) …\n"));
    assertFalse(launch(launcher).err().contains("Building"));
    assertEquals(1, builds().size());
    assertEquals(
        environment.get("JAVA_HOME")
            + " -B -q -P !format -Dmaven.test.skip=true -Dbenchmarks.jar.skip=true"
            + " -pl hunyuan-cli -am package",
        builds().getFirst());
    for (String changed :
        List.of(
            "pom.xml",
            "hunyuan-core/pom.xml",
            "hunyuan-text/src/main/java/A.java",
            "hunyuan-cli/src/main/java")) {
      int before = builds().size();
      Files.setLastModifiedTime(
          home.resolve(changed), FileTime.from(Instant.now().plusSeconds(60)));
      assertTrue(launch(launcher).err().startsWith("Building"), changed);
      assertEquals(before + 1, builds().size(), changed);
      Files.setLastModifiedTime(
          home.resolve(changed), FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    }
  }

  @Test
  void build_runsWhatItBuilt() throws Exception {
    String out = launch(home.resolve("hunyuan")).out();
    String classPath =
        out.lines().dropWhile(line -> !line.equals("-cp")).skip(1).findFirst().orElseThrow();
    List<String> contents = new ArrayList<>();
    for (String jar : classPath.split(":")) {
      contents.add(Files.readString(Path.of(jar)).strip());
    }
    assertEquals(List.of("cli", "core"), contents);
  }

  @Test
  void build_fails_showsTheLog() throws Exception {
    environment.put("FAKE_BROKEN", "1");
    Cli result = launch(home.resolve("hunyuan"));
    assertEquals(
        "Building hunyuan4j (once) …\nit does not compile\nhunyuan: the build failed, see above or %s\n"
            .formatted(home.resolve("hunyuan-cli/target/build.log")),
        result.err());
    assertEquals("", result.out());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
    environment.remove("FAKE_BROKEN");
    assertEquals(7, launch(home.resolve("hunyuan")).exitCode());
  }

  @Test
  void build_ofManyStartsAtOnce_happensOnce() throws Exception {
    environment.put("FAKE_SLOW", "1");
    List<Process> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      starts.add(
          builder(home.resolve("hunyuan"))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start());
    }
    for (Process start : starts) {
      assertEquals(7, start.waitFor());
    }
    assertEquals(1, builds().size());
    assertFalse(Files.exists(home.resolve("hunyuan-cli/target/lock")));
  }

  @Test
  void build_lockOfAProcessThatIsGone_isTaken() throws Exception {
    Path lock = Files.createDirectories(home.resolve("hunyuan-cli/target/lock"));
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.writeString(lock.resolve("owner"), gone.pid() + "\n");
    assertEquals(7, launch(home.resolve("hunyuan")).exitCode());
    assertEquals(1, builds().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"25.0.3", "25.0.10", "25.1", "25.1.0.2", "26", "100.0.1", "25.0.3-ea"})
  void jdk_newEnough_isTaken(String version) throws Exception {
    environment.put("HUNYUAN_JAVA_HOME", jdk("chosen", version).toString());
    assertEquals(7, launch(home.resolve("hunyuan")).exitCode());
    assertTrue(builds().getFirst().startsWith(folder.resolve("chosen") + " "), builds().getFirst());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.8.0_402", "17.0.15", "24.0.2", "25", "25.0.2", "25.0", "", "nonsense"})
  void jdk_tooOld_isRefused(String version) throws Exception {
    Path old = jdk("chosen", version);
    environment.put("HUNYUAN_JAVA_HOME", old.toString());
    Cli result = launch(home.resolve("hunyuan"));
    assertEquals(
        "hunyuan: HUNYUAN_JAVA_HOME=%s is not a JDK 25.0.3 or newer\n".formatted(old),
        result.err());
    assertEquals(ExitCode.UNUSABLE_MODEL, result.exitCode());
  }

  @Test
  void jdk_javaHomeTooOld_looksInTheUsersFolders() throws Exception {
    environment.put("JAVA_HOME", jdk("old", "21.0.2").toString());
    jdk("user/.sdkman/candidates/java/24.0.1-tem", "24.0.1");
    jdk("user/.sdkman/candidates/java/26.0.1-tem", "26.0.1");
    Path wanted = jdk("user/.jdks/temurin-25.0.4", "25.0.4");
    assertEquals(7, launch(home.resolve("hunyuan")).exitCode());
    assertTrue(builds().getFirst().startsWith(wanted + " "), builds().getFirst());
  }

  /** A folder that looks like a JDK of that version. */
  private Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    script(jdk.resolve("bin/java"), JAVA);
    script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
    Files.writeString(
        jdk.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"99\"\nJAVA_VERSION=\"%s\"\nOS_NAME=\"Any\"\n"
            .formatted(version));
    return jdk;
  }

  private static void script(Path file, String text) throws IOException {
    Files.createDirectories(file.resolveSibling("."));
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private List<String> builds() throws IOException {
    return Files.readAllLines(folder.resolve("maven.log"));
  }

  private Cli launch(Path launcher, String... arguments) throws IOException, InterruptedException {
    Path out = folder.resolve("out");
    Process process = builder(launcher, arguments).redirectOutput(out.toFile()).start();
    process.getOutputStream().close();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Cli(process.waitFor(), Files.readString(out, StandardCharsets.UTF_8), err);
  }

  private ProcessBuilder builder(Path launcher, String... arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder;
  }
}
