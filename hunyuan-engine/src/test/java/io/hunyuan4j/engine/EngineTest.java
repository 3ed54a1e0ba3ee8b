package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.UnsupportedModelException;
import io.hunyuan4j.core.generate.SamplingOptions;
import io.hunyuan4j.core.generate.Speculation;
import io.hunyuan4j.core.generate.StopReason;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.loader.CheckpointFormatException;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.VocabularyFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Text in, text out, with the bundled model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineTest {
  private static final String PROMPT = "Once upon a time";

  /**
   * What the bundled model says with seed 0 on every machine. A change here is a change of
   * numerics.
   */
  private static final String STORY =
      ". He was so old and strong, and he loved his wife, and was as well known as he. So she thought"
          + " he would never be able to think what was the matter; so she took";

  private Engine engine;

  @BeforeAll
  void open() throws IOException {
    engine = Engine.open(Models.tinyTales());
  }

  @AfterAll
  void close() {
    engine.close();
  }

  private TextOptions options(int maxTokens) {
    return engine.defaults().withMaxTokens(maxTokens);
  }

  @Test
  void generate_sameSeed_sameTextOnEveryMachine() throws IOException {
    assertEquals(STORY, engine.generate(PROMPT, options(40)).text());
    EngineOptions plain = EngineOptions.defaults().withVectorBits(0).withThreads(1);
    try (Engine other = Engine.open(Models.tinyTales(), plain)) {
      assertEquals(STORY, other.generate(PROMPT, options(40)).text());
    }
    assertNotEquals(STORY, engine.generate(PROMPT, options(40).withSeed(1)).text());
  }

  @Test
  void withAnglesThatDependOnPositions_whatIsSaidDoesNotDependOnHowMuchIsAskedFor(
      @TempDir Path folder) throws IOException {
    for (String name : List.of("model.safetensors", "hy.tiktoken", "tokenizer_config.json")) {
      Files.copy(Models.tinyTales().resolve(name), folder.resolve(name));
    }
    String config = Files.readString(Models.tinyTales().resolve("config.json"));
    String dynamic =
        config.replaceFirst(
            "\"rope_scaling\": *(null|\\{[^}]*})",
            "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}");
    assertNotEquals(config, dynamic);
    Files.writeString(folder.resolve("config.json"), dynamic);
    EngineOptions longer = EngineOptions.defaults().withMaxPositions(4096);
    try (Engine scaled = Engine.open(folder, longer);
        TextSession session = scaled.newSession()) {
      TextOptions few = scaled.defaults().greedy().withMaxTokens(30);
      String text = scaled.generate(PROMPT, few).text();
      TextOptions many = few.withMaxTokens(3000).withStopStrings(List.of(text.substring(20)));
      assertEquals(text.substring(0, 20), scaled.generate(PROMPT, many).text());
      assertEquals(text, session.generate(PROMPT, few).text());
    }
  }

  @Test
  void options_impossible_areRefusedBeforeAnyWork() throws IOException {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> EngineOptions.defaults().withMaxPositions(0));
    assertEquals("max positions must be at least 1, not 0", e.getMessage());
    try (OpenModel other =
        OpenModel.open(Models.folder().resolve("golden/large-top2"), EngineOptions.defaults())) {
      TextOptions drafted =
          options(0).withSpeculation(new Speculation.DraftModel(other.model(), 3));
      assertThrows(IllegalArgumentException.class, () -> engine.generate(PROMPT, drafted, _ -> {}));
    }
  }

  @Test
  void generate_withListener_tellsTheSameTextInPieces() {
    List<String> pieces = new ArrayList<>();
    GeneratedText result = engine.generate(PROMPT, options(40), pieces::add).result();
    assertEquals(STORY, String.join("", pieces));
    assertEquals(STORY, result.text());
    assertTrue(pieces.size() > 10, "as they come, not at the end");
    assertFalse(pieces.contains(""));
    assertEquals(40, result.generatedTokens());
    assertEquals(StopReason.MAX_TOKENS, result.stopReason());
    assertEquals(
        engine.tokenizer().encode(PROMPT, InputSpecials.AS_TEXT).length, result.promptTokens());
    assertTrue(result.timeToFirstToken().isPositive());
    assertTrue(result.tokensPerSecond() > 0);
  }

  @Test
  void generate_longPrompt_tellsHowFarItIsRead_andCanBeCancelledThere() {
    String prompt = "There was once a king who had three sons. ".repeat(60);
    List<Integer> told = new ArrayList<>();
    Generation[] running = new Generation[1];
    CountDownLatch known = new CountDownLatch(1);
    running[0] =
        engine.generate(
            prompt,
            engine.defaults(),
            new TextListener() {
              @Override
              public void onText(String piece) {}

              @Override
              public void onPromptRead(int read, int total) {
                told.addAll(List.of(read, total));
                awaitQuietly(known);
                running[0].cancel();
              }
            });
    known.countDown();
    GeneratedText text = running[0].result();
    assertEquals(StopReason.CANCELLED, text.stopReason());
    assertTrue(text.promptTokens() > 512, "the prompt is read at once");
    assertEquals(List.of(512, text.promptTokens()), told);
  }

  @Test
  void generate_cancelledFromAnotherThread_endsWithinOneToken() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(3);
    CountDownLatch cancelled = new CountDownLatch(1);
    Generation generation =
        engine.generate(
            PROMPT,
            options(2000).greedy(),
            _ -> {
              begun.countDown();
              if (begun.getCount() == 0) {
                awaitQuietly(cancelled);
              }
            });
    begun.await();
    generation.cancel();
    cancelled.countDown();
    GeneratedText result = generation.result();
    assertEquals(StopReason.CANCELLED, result.stopReason());
    assertTrue(result.generatedTokens() <= 4, "tokens: " + result.generatedTokens());
    assertTrue(generation.isDone());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void generate_listenerThrows_resultThrowsIt() {
    Generation generation =
        engine.generate(
            PROMPT,
            options(5),
            _ -> {
              throw new IllegalStateException("listener");
            });
    assertEquals(
        "listener", assertThrows(IllegalStateException.class, generation::result).getMessage());
  }

  @Test
  void generate_stopString_endsBeforeIt() {
    String stop = STORY.substring(20, 26);
    List<String> pieces = new ArrayList<>();
    GeneratedText result =
        engine
            .generate(PROMPT, options(40).withStopStrings(List.of("@@", stop)), pieces::add)
            .result();
    assertEquals(STORY.substring(0, STORY.indexOf(stop)), result.text());
    assertEquals(result.text(), String.join("", pieces));
    assertEquals(StopReason.STOP_STRING, result.stopReason());
  }

  @Test
  void generate_specialTokensInThePrompt_countOnlyWhenAskedFor() {
    String chat =
        "<|startoftext|>You are a storyteller.<|extra_4|>A king had three sons.<|extra_0|>";
    int plain = engine.generate(chat, options(1)).promptTokens();
    int special =
        engine.generate(chat, options(1).withPromptSpecials(InputSpecials.ALLOWED)).promptTokens();
    assertTrue(special < plain, special + " < " + plain);
  }

  @Test
  void generate_emptyOrTooLongPrompt_isRefused() {
    assertEquals(
        "the prompt is empty",
        refusal(IllegalArgumentException.class, () -> engine.generate("", options(1))));
    String message =
        refusal(
            IllegalArgumentException.class,
            () -> engine.generate("king ".repeat(3000), options(1), _ -> {}));
    assertTrue(message.endsWith("does not fit the model's 2048 positions"), message);
  }

  @Test
  void generate_positionsEnd_stopsThere() {
    String prompt = "king ".repeat(2040);
    GeneratedText result = engine.generate(prompt, options(100).greedy());
    if (result.stopReason() == StopReason.CONTEXT_FULL) {
      assertEquals(2048 - result.promptTokens() + 1, result.generatedTokens());
    } else {
      assertEquals(StopReason.STOP_TOKEN, result.stopReason());
    }
  }

  @Test
  void defaults_comeFromTheCheckpoint() {
    assertEquals(
        new TextOptions(
            256,
            SamplingOptions.builder()
                .temperature(0.8)
                .topK(40)
                .topP(0.92)
                .repetitionPenalty(1.05)
                .build(),
            List.of(),
            InputSpecials.AS_TEXT),
        engine.defaults());
    TextOptions changed =
        engine
            .defaults()
            .withTemperature(0.5)
            .withTopK(3)
            .withTopP(0.4)
            .withMinP(0.1)
            .withRepetitionPenalty(1.5)
            .withSeed(9);
    assertEquals(
        SamplingOptions.builder()
            .temperature(0.5)
            .topK(3)
            .topP(0.4)
            .minP(0.1)
            .repetitionPenalty(1.5)
            .seed(9)
            .build(),
        changed.sampling());
    assertEquals(
        changed.sampling().toBuilder().typicalP(0.9).build(),
        changed.withSampling(sampling -> sampling.typicalP(0.9)).sampling());
    assertThrows(IllegalArgumentException.class, () -> changed.withStopStrings(List.of("")));
    assertThrows(IllegalArgumentException.class, () -> changed.withMaxTokens(-1));
  }

  @Test
  void generate_kvFormats_allGiveAText() throws IOException {
    for (KvFormat format : KvFormat.values()) {
      EngineOptions options = EngineOptions.defaults().withKvFormat(format);
      try (Engine other = Engine.open(Models.tinyTales(), options)) {
        assertEquals(20, other.generate(PROMPT, options(20)).generatedTokens(), format.name());
      }
    }
  }

  @Test
  void open_moreLayersInTheWeightsThanInTheConfiguration_isRefused(@TempDir Path folder)
      throws IOException {
    String config = Files.readString(Models.tinyTales().resolve("config.json"));
    Files.copy(
        Models.tinyTales().resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"num_hidden_layers\": 6", "\"num_hidden_layers\": 4"));
    String refusal = refusal(UnsupportedModelException.class, () -> Engine.open(folder));
    assertTrue(refusal.contains("model.layers.4."), refusal);
  }

  @Test
  void open_vocabularyThatIsALinkOutOfTheFolder_isRefused(@TempDir Path folder) throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(Models.tinyTales().resolve(name), folder.resolve(name));
    }
    assertThrows(VocabularyFormatException.class, () -> Engine.open(folder), "none yet");
    Files.createSymbolicLink(
        folder.resolve("hy.tiktoken"), Models.tinyTales().resolve("hy.tiktoken"));
    assertThrows(CheckpointFormatException.class, () -> Engine.open(folder));
  }

  @Test
  void open_moreOrFewerPositions_isTheCallersChoice() throws IOException {
    EngineOptions options = EngineOptions.defaults().withMaxPositions(8);
    try (Engine small = Engine.open(Models.tinyTales(), options)) {
      GeneratedText result = small.generate(PROMPT, options(100).greedy());
      assertEquals(StopReason.CONTEXT_FULL, result.stopReason());
      assertEquals(8 - result.promptTokens() + 1, result.generatedTokens());
    }
  }

  @Test
  void open_whatIsNoModel_saysWhy(@TempDir Path folder) throws IOException {
    assertThrows(CheckpointFormatException.class, () -> Engine.open(folder.resolve("nowhere")));
    assertThrows(CheckpointFormatException.class, () -> Engine.open(folder));
    String config = Files.readString(Models.tinyTales().resolve("config.json"));
    Files.copy(
        Models.tinyTales().resolve("model.safetensors"), folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("config.json"), config.replace("\"hunyuan\"", "\"mamba\""));
    String unknown = refusal(UnsupportedModelException.class, () -> Engine.open(folder));
    assertTrue(unknown.startsWith("model_type \"mamba\" is not supported"));
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"hidden_size\": 256", "\"hidden_size\": 128"));
    String wrongShape = refusal(CheckpointFormatException.class, () -> Engine.open(folder));
    assertTrue(wrongShape.contains("expected [128], found BF16 [256]"), wrongShape);
    Files.writeString(
        folder.resolve("config.json"), config.replace("\"moe_topk\": 1", "\"moe_topk\": 9"));
    String outOfRange = refusal(CheckpointFormatException.class, () -> Engine.open(folder));
    assertTrue(outOfRange.contains("9 exceeds num_experts 8"), outOfRange);
    assertThrows(
        IllegalArgumentException.class,
        () -> Engine.open(Models.tinyTales(), EngineOptions.defaults().withThreads(0)));
    assertThrows(
        IllegalArgumentException.class,
        () -> Engine.open(Models.tinyTales(), EngineOptions.defaults().withVectorBits(64)));
  }

  /** The message of an expected exception. */
  private static String refusal(Class<? extends Exception> type, Executable call) {
    return String.valueOf(assertThrows(type, call).getMessage());
  }
}
