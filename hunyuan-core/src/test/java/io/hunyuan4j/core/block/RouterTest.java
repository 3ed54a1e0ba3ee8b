package io.hunyuan4j.core.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.core.Batch;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.MapConfig;
import io.hunyuan4j.core.RandomWeights;
import io.hunyuan4j.core.RoutingPolicy;
import io.hunyuan4j.core.RoutingPolicy.Drop;
import io.hunyuan4j.core.RoutingPolicy.Dropless;
import io.hunyuan4j.core.RoutingPolicy.Recycle;
import io.hunyuan4j.core.RoutingStatistics;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.TestModels;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the routing policies mean, on 60 random tokens that prefer some of eight experts. */
class RouterTest {
  private static final int TOKENS = 60;
  private static final int EXPERTS = 8;
  private static final int HIDDEN = 16;

  /** The choices of one call: for each its expert, −1 where it was lost, and its weight. */
  private record Outcome(int[] experts, float[] weights, RoutingStatistics statistics) {

    int[] load() {
      int[] load = new int[EXPERTS];
      Arrays.stream(experts).filter(e -> e >= 0).forEach(e -> load[e]++);
      return load;
    }

    long lost() {
      return Arrays.stream(experts).filter(e -> e < 0).count();
    }
  }

  private static Outcome route(RoutingPolicy policy, int topK) {
    return route(policy, topK, input());
  }

  private static Outcome route(RoutingPolicy policy, int topK, FloatMatrix x) {
    Router router =
        new Router(
            0, topK, new RandomWeights().matrix("gate", EXPERTS, HIDDEN), TestModels.kernels());
    SessionOptions options = SessionOptions.ofCapacity(TOKENS).withRouting(policy);
    LanguageModel model = TestModels.build(MapConfig.tinyLarge(), new RandomWeights());
    try (Session session = model.newSession(options)) {
      Batch batch = new Batch();
      batch.add(session, new int[x.rows()], 0);
      RoutingStatistics statistics = session.recordRouting();
      Routes routes = router.route(x, batch);
      int[] experts = new int[routes.choices()];
      Arrays.setAll(experts, routes::expert);
      return new Outcome(experts, routes.weights().clone(), statistics);
    }
  }

  private static FloatMatrix input() {
    Random random = new Random(3);
    FloatMatrix x = FloatMatrix.zeros(TOKENS, HIDDEN);
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] = (float) (1 + 2 * random.nextGaussian()); // the common part makes favourites
    }
    return x;
  }

  private static double[] probabilities(int token) {
    float[] gate = new RandomWeights().floats("gate", EXPERTS * HIDDEN);
    float[] x = input().row(token);
    double[] p = new double[EXPERTS];
    for (int e = 0; e < EXPERTS; e++) {
      for (int i = 0; i < HIDDEN; i++) {
        p[e] += gate[e * HIDDEN + i] * x[i];
      }
      p[e] = Math.exp(p[e]);
    }
    double sum = Arrays.stream(p).sum();
    Arrays.setAll(p, e -> p[e] / sum);
    return p;
  }

  @Test
  void dropless_topOne_takesTheMostProbableWithItsProbability() {
    Outcome outcome = route(new Dropless(), 1);
    for (int t = 0; t < TOKENS; t++) {
      double[] p = probabilities(t);
      int expert = outcome.experts()[t];
      assertEquals(Arrays.stream(p).max().orElseThrow(), p[expert]);
      assertEquals(p[expert], outcome.weights()[t], 1e-5);
    }
    assertEquals(TOKENS, Arrays.stream(outcome.statistics().tokensPerExpert(0)).sum());
  }

  @Test
  void dropless_topThree_weightsAreInFallingOrderAndAddUpToOne() {
    Outcome outcome = route(new Dropless(), 3);
    for (int t = 0; t < TOKENS; t++) {
      float[] w = Arrays.copyOfRange(outcome.weights(), 3 * t, 3 * t + 3);
      assertTrue(w[0] >= w[1] && w[1] >= w[2] && w[2] > 0);
      assertEquals(1, w[0] + w[1] + w[2], 1e-6);
      Set<Integer> experts = new HashSet<>();
      for (int c = 3 * t; c < 3 * t + 3; c++) {
        experts.add(outcome.experts()[c]);
      }
      assertEquals(3, experts.size(), "different experts");
    }
  }

  @Test
  void ties_goToTheLowerExpert() {
    Outcome outcome = route(new Dropless(), 3, FloatMatrix.zeros(2, HIDDEN));
    assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2}, outcome.experts());
  }

  @Test
  void capacity_isTheRoundedUpShareOfTheChoices() {
    assertEquals(8, RoutingPolicy.capacity(1.0, 60, 1, 8)); // 7.5
    assertEquals(12, RoutingPolicy.capacity(1.5, 60, 1, 8)); // 11.25
    assertEquals(1, RoutingPolicy.capacity(1e-9, 60, 1, 8));
    assertEquals(Integer.MAX_VALUE, RoutingPolicy.capacity(1e300, 60, 1, 8));
  }

  @Test
  void drop_keepsTheFirstChoicesOfEachExpertAndLosesTheRest() {
    for (int topK : List.of(1, 3)) {
      Outcome free = route(new Dropless(), topK);
      Outcome limited = route(new Drop(1.0), topK);
      int capacity = RoutingPolicy.capacity(1.0, TOKENS, topK, EXPERTS);
      int[] taken = new int[EXPERTS];
      for (int c = 0; c < free.experts().length; c++) {
        boolean hasRoom = taken[free.experts()[c]]++ < capacity;
        assertEquals(hasRoom ? free.experts()[c] : -1, limited.experts()[c], "choice " + c);
        assertEquals(hasRoom ? free.weights()[c] : 0f, limited.weights()[c], "weight of " + c);
      }
      assertTrue(limited.lost() > 0, "the example overflows");
      assertEquals(limited.lost(), limited.statistics().dropped(0));
    }
  }

  @Test
  void recycle_exceedsNoCapacityAndLosesNobodyWhileThereIsRoom() {
    for (double factor : List.of(1.0, 1.2, 1.5)) {
      Outcome outcome = route(new Recycle(factor, 5), 1);
      int capacity = RoutingPolicy.capacity(factor, TOKENS, 1, EXPERTS);
      assertTrue(Arrays.stream(outcome.load()).max().orElseThrow() <= capacity);
      assertEquals(0, outcome.lost(), "capacity for all is there");
      assertTrue(outcome.statistics().recycled(0) > 0, "the example overflows");
      assertEquals(0, outcome.statistics().dropped(0));
      assertEquals(TOKENS, Arrays.stream(outcome.statistics().tokensPerExpert(0)).sum());
    }
  }

  @Test
  void recycle_withoutRoomForAll_fillsEveryExpertAndLosesTheRest() {
    Outcome outcome = route(new Recycle(0.5, 5), 1);
    int capacity = RoutingPolicy.capacity(0.5, TOKENS, 1, EXPERTS); // 4
    assertArrayEquals(new int[] {4, 4, 4, 4, 4, 4, 4, 4}, outcome.load());
    assertEquals(TOKENS - EXPERTS * capacity, outcome.lost());
    assertEquals(outcome.lost(), outcome.statistics().dropped(0));
  }

  @Test
  void recycle_keepsWhatFitsAndWeighsTheRestByTheNewExpert() {
    Outcome free = route(new Dropless(), 1);
    Outcome recycled = route(new Recycle(1.0, 5), 1);
    int capacity = RoutingPolicy.capacity(1.0, TOKENS, 1, EXPERTS);
    int[] taken = new int[EXPERTS];
    for (int t = 0; t < TOKENS; t++) {
      if (taken[free.experts()[t]]++ < capacity) {
        assertEquals(free.experts()[t], recycled.experts()[t], "token " + t + " stays");
      } else {
        assertTrue(free.experts()[t] != recycled.experts()[t], "token " + t + " moves");
      }
      assertEquals(probabilities(t)[recycled.experts()[t]], recycled.weights()[t], 1e-5);
    }
  }

  @Test
  void recycle_severalExperts_neverGivesATokenTheSameTwice() {
    Outcome outcome = route(new Recycle(1.0, 5), 3);
    for (int t = 0; t < TOKENS; t++) {
      Set<Integer> experts = new HashSet<>();
      for (int c = 3 * t; c < 3 * t + 3; c++) {
        assertTrue(outcome.experts()[c] < 0 || experts.add(outcome.experts()[c]));
      }
    }
    assertTrue(
        Arrays.stream(outcome.load()).max().orElseThrow()
            <= RoutingPolicy.capacity(1.0, TOKENS, 3, EXPERTS));
  }

  @Test
  void recycle_theSeedDeterminesEveryMove() {
    assertArrayEquals(
        route(new Recycle(1.0, 5), 1).experts(), route(new Recycle(1.0, 5), 1).experts());
    List<int[]> different = new ArrayList<>();
    for (long seed = 0; seed < 4; seed++) {
      different.add(route(new Recycle(1.0, seed), 1).experts());
    }
    assertEquals(4, different.stream().map(Arrays::toString).distinct().count());
  }

  @Test
  void capacityThatSuffices_isDropless() {
    for (int topK : List.of(1, 3)) {
      Outcome free = route(new Dropless(), topK);
      for (RoutingPolicy policy : List.of(new Drop(EXPERTS), new Recycle(EXPERTS, 9))) {
        Outcome outcome = route(policy, topK);
        assertArrayEquals(free.experts(), outcome.experts());
        assertArrayEquals(free.weights(), outcome.weights());
        assertEquals(0, outcome.statistics().dropped(0) + outcome.statistics().recycled(0));
      }
    }
  }
}
