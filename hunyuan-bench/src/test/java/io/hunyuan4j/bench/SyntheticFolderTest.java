package io.hunyuan4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Cancellation;
import io.hunyuan4j.core.generate.GenerationOptions;
import io.hunyuan4j.core.generate.Generator;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.engine.EngineOptions;
import io.hunyuan4j.engine.OpenModel;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Parallel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticFolderTest {
  private static final int[] PROMPT = {3, 1, 4, 1, 5, 9, 2, 6};

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny",
        "hidden=32,layers=4,heads=4,kv-heads=2,head-dim=8,cla=2,experts=4,top-k=1,width=24,vocab=40",
        "hidden=32,layers=2,heads=2,kv-heads=2,head-dim=16,experts=1,top-k=1,width=24,vocab=40"
      })
  void written_givesTheSameLogitsAndText(String text) throws IOException {
    SyntheticShape shape = SyntheticShape.parse(text);
    try (Parallel parallel = Parallel.ofThreads(2);
        SyntheticCheckpoint inMemory = new SyntheticCheckpoint(shape, 7, parallel)) {
      Path target = folder.resolve("new/model");
      SyntheticFolder.write(target, shape, 7, parallel);
      LanguageModel expected = inMemory.model(KernelFactory.ofWidth(0, parallel));
      try (OpenModel open =
          OpenModel.open(target, EngineOptions.defaults().withThreads(2).withVectorBits(0))) {
        assertEquals(expected.shape(), open.model().shape());
        assertEquals(expected.cost(), open.model().cost());
        assertArrayEquals(logits(expected), logits(open.model()));
        assertEquals(generated(expected), generated(open.model()));
      }
    }
  }

  @Test
  void folderWithACheckpoint_isLeftAlone() throws IOException {
    Files.writeString(folder.resolve("config.json"), "mine");
    try (Parallel parallel = Parallel.ofThreads(1)) {
      assertEquals(
          folder + " already has a config.json",
          assertThrows(
                  IllegalArgumentException.class,
                  () -> SyntheticFolder.write(folder, SyntheticShape.TINY, 7, parallel))
              .getMessage());
    }
    assertEquals("mine", Files.readString(folder.resolve("config.json")));
  }

  private static float[] logits(LanguageModel model) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(PROMPT.length))) {
      return model.forward(PROMPT, session);
    }
  }

  private static List<Integer> generated(LanguageModel model) {
    try (Session session = model.newSession(SessionOptions.ofCapacity(32))) {
      return new Generator(model)
          .generate(
              PROMPT,
              session,
              new GenerationOptions(12, SamplingOptions.greedy(), Set.of(), 512),
              _ -> true,
              new Cancellation())
          .tokens();
    }
  }
}
