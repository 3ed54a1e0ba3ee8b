package io.hunyuan4j.engine;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.kernels.F32Matrix;
import io.hunyuan4j.kernels.Matrix;
import io.hunyuan4j.loader.PageReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Weights that are on disk and not in memory, as those of a checkpoint larger than memory. */
class ReadaheadTest {
  private static final MethodHandle MADVISE =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("madvise"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  private static final int MADV_PAGEOUT = 21;
  private static final long PAGE_BYTES = 4096;

  /** Takes the weights out of memory before every token. */
  @ParameterizedTest
  @EnumSource(ReadaheadPolicy.class)
  @EnabledOnOs(OS.LINUX)
  void generate_weightsLeaveMemoryAtEveryToken_sameText(ReadaheadPolicy policy) throws IOException {
    String prompt = "Once upon a time";
    try (Engine resident = Engine.open(Models.tinyTales());
        Engine engine =
            Engine.open(
                Models.tinyTales(), EngineOptions.defaults().withReadahead(policy).withThreads(2));
        OpenModel sameFiles = OpenModel.open(Models.tinyTales(), EngineOptions.defaults())) {
      TextOptions options = resident.defaults().withMaxTokens(12);
      List<MemorySegment> weights =
          sameFiles.checkpoint().weightEntries().stream()
              .map(entry -> sameFiles.checkpoint().data(entry))
              .toList();
      List<String> pieces = new ArrayList<>();
      String text =
          engine
              .generate(
                  prompt,
                  options,
                  piece -> {
                    pieces.add(piece);
                    weights.forEach(ReadaheadTest::evict);
                  })
              .result()
              .text();
      assertEquals(resident.generate(prompt, options).text(), text);
      assertTrue(pieces.size() > 5, () -> "evicted often, not " + pieces);
    }
  }

  /** The file lies beside the classes, since a folder for temporary files may be memory itself. */
  @Test
  @Timeout(60)
  @EnabledOnOs(OS.LINUX)
  void willNeed_weightsOnDisk_comeIntoMemoryUntouched(
      @TempDir(factory = BesideClasses.class) Path folder) throws IOException {
    Path file = folder.resolve("weights");
    Files.write(file, new byte[5 << 20]);
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment data = channel.map(MapMode.READ_ONLY, 0, 5 << 20, arena);
      channel.force(true); // a page that is not yet written cannot leave
      Matrix[] weights = {
        matrix(data.asSlice(0, 3 << 20)), // three steps
        matrix(arena.allocate(4096)), // converted: passed over
        matrix(data.asSlice((3 << 20) + 100, 4096)), // not aligned to a page
      };
      evict(data);
      try (PageReader reader = new PageReader()) {
        reader.willNeed(List.of(weights));
        while (!weights[0].data().isLoaded() || !weights[2].data().isLoaded()) {
          Thread.onSpinWait();
        }
      }
      assertTrue(weights[0].data().isLoaded());
    }
  }

  @Test
  void close_nothingWanted_returns() {
    PageReader reader = new PageReader();
    reader.close();
    reader.willNeed(List.of()); // too late, and no thread starts
    reader.close();
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("hunyuan-readahead")));
  }

  @Test
  void auto_appliesWhereTensorsLeaveNoTenthOfMemory() {
    assertFalse(ReadaheadPolicy.AUTO.applies(90, 100));
    assertTrue(ReadaheadPolicy.AUTO.applies(91, 100));
    assertTrue(ReadaheadPolicy.ALWAYS.applies(1, 100));
    assertFalse(ReadaheadPolicy.NEVER.applies(1000, 100));
  }

  private static Matrix matrix(MemorySegment data) {
    return new F32Matrix(data, 1, (int) (data.byteSize() / Float.BYTES));
  }

  /** Removes the whole pages from this process and, where Linux does it, from the page cache. */
  private static void evict(MemorySegment data) {
    long from = -data.address() & (PAGE_BYTES - 1);
    long bytes = (data.byteSize() - from) & -PAGE_BYTES;
    if (from + bytes <= data.byteSize() && bytes > 0) {
      MemorySegment pages = data.asSlice(from, bytes);
      pages.unload(); // madvise(MADV_DONTNEED): the next touch is a page fault
      try {
        int _ = (int) MADVISE.invokeExact(pages, bytes, MADV_PAGEOUT); // refused before Linux 5.4
      } catch (Throwable t) {
        throw new AssertionError(t);
      }
    }
  }

  static final class BesideClasses implements TempDirFactory {
    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
        throws IOException {
      return Files.createTempDirectory(Path.of("target"), "readahead");
    }
  }
}
