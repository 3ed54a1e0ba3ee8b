package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.KvFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every reference checkpoint gives the reference's numbers, and the same bytes however it is run.
 */
class GoldenTest {
  private static final int ALL = Integer.MAX_VALUE;
  private static final double TOLERANCE = 1e-4; // stated in models/golden/README.md

  @TempDir Path folder;

  static Stream<Path> checkpoints() {
    return Models.withExpectations().stream();
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void checkpoint_meetsItsReference(Path checkpoint) throws IOException {
    try (OpenModel open = OpenModel.open(checkpoint, EngineOptions.defaults())) {
      Verification result =
          Verification.run(
              open.model(), checkpoint.resolve("expected.safetensors"), 512, KvFormat.F32);
      for (Verification.Difference difference : result.differences()) {
        assertTrue(difference.largest() <= TOLERANCE, difference.toString());
      }
      assertTrue(result.greedyTokensMatch(), "greedy tokens");
      assertTrue(
          result.differences().size() > open.model().shape().numLayers(), "tensors compared");
    }
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void checkpoint_anyThreadsChunkAndWidth_sameBytes(Path checkpoint) throws IOException {
    byte[] reference = output(checkpoint, fixed(1, 0), ALL);
    assertArrayEquals(reference, output(checkpoint, fixed(3, 0), 7), "plain loops, 3 threads, 7");
    for (int bits : List.of(128, 256, 512)) {
      assertArrayEquals(reference, output(checkpoint, fixed(1, bits), 1), bits + " bits, chunk 1");
      assertArrayEquals(reference, output(checkpoint, fixed(2, bits), 7), bits + " bits, chunk 7");
      assertArrayEquals(reference, output(checkpoint, fixed(3, bits), ALL), bits + " bits, whole");
    }
    EngineOptions preferred = EngineOptions.defaults();
    assertArrayEquals(reference, output(checkpoint, preferred, ALL), "while it warms up");
  }

  @ParameterizedTest
  @MethodSource("checkpoints")
  void checkpoint_sequencesInABatch_sameBitsAsAlone(Path checkpoint) throws IOException {
    try (OpenModel open = OpenModel.open(checkpoint, fixed(2, 256))) {
      LanguageModel model = open.model();
      SessionOptions options = SessionOptions.ofCapacity(100);
      Random random = new Random(20261124);
      Batch batch = new Batch();
      List<Session> together = Stream.generate(() -> model.newSession(options)).limit(3).toList();
      List<Session> alone = Stream.generate(() -> model.newSession(options)).limit(3).toList();
      for (int pass = 0; pass < 4; pass++) {
        batch.clear();
        for (Session session : together) {
          int n = random.nextBoolean() ? 1 : random.nextInt(2, 25);
          batch.add(session, random.ints(n, 0, model.shape().vocabSize()).toArray(), 1);
        }
        model.forward(batch);
        for (int i = 0; i < 3; i++) {
          float[] expected = model.forward(batch.tokens(i), alone.get(i));
          assertArrayEquals(expected, batch.logits(i).row(0), "pass " + pass + ", entry " + i);
        }
      }
      together.forEach(Session::close);
      alone.forEach(Session::close);
    }
  }

  private static EngineOptions fixed(int threads, int vectorBits) {
    return EngineOptions.defaults().withThreads(threads).withVectorBits(vectorBits);
  }

  private byte[] output(Path checkpoint, EngineOptions options, int chunk) throws IOException {
    Path out = folder.resolve("out.safetensors");
    try (OpenModel open = OpenModel.open(checkpoint, options)) {
      options
          .vectorBits()
          .ifPresent(bits -> assertEquals(bits, open.kernels().vectorBits(), "width in use"));
      Verification.run(
              open.model(), checkpoint.resolve("expected.safetensors"), chunk, KvFormat.F32)
          .write(out);
    }
    return Files.readAllBytes(out);
  }
}
