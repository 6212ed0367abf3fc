//===- RandomGraph.cpp - Modules to test the graph layer with -------------===//
//
// Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RandomGraph.h"
#include <algorithm>
#include <numeric>
#include <random>
#include <sstream>

using namespace tilewright;
using Shape = RandomGraph::Shape;

int64_t tilewright::countElements(const Shape &shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1),
                         std::multiplies<>());
}

namespace {
struct Value {
  std::string name;
  Shape shape;
  bool used = false;
};

class Writer {
public:
  explicit Writer(unsigned seed) : generator(seed) {}
  RandomGraph write(unsigned operations);

private:
  int64_t pick(int64_t low, int64_t high) {
    return low + int64_t(generator() % uint64_t(high - low + 1));
  }
  static std::string type(const Shape &shape) {
    std::string text = "tensor<";
    for (int64_t extent : shape)
      text += std::to_string(extent) + "x";
    return text + "f32>";
  }
  std::string fresh() { return "%v" + std::to_string(counter++); }
  Value input(Shape shape) {
    Value value{"%a" + std::to_string(graph.inputs.size()), shape, true};
    graph.inputs.push_back(std::move(shape));
    return value;
  }
  Value &any() { return values[pick(0, int64_t(values.size()) - 1)]; }
  Value take() {
    Value &value = any();
    value.used = true;
    return value;
  }
  std::string empty(const Shape &shape) {
    std::string name = fresh();
    body << "  " << name << " = tensor.empty() : " << type(shape) << "\n";
    return name;
  }
  void add(std::string name, Shape shape) {
    values.push_back({std::move(name), std::move(shape)});
  }

  void unary();
  void binary();
  void broadcast();
  void transpose();
  void reshape();
  void product();

  std::mt19937 generator;
  unsigned counter = 0;
  RandomGraph graph;
  std::vector<Value> values;
  std::ostringstream body;
};
} // namespace

void Writer::unary() {
  static const char *const ops[] = {"math.tanh", "math.absf", "arith.negf"};
  Value x = take();
  std::string name = fresh();
  body << "  " << name << " = " << ops[pick(0, 2)] << " " << x.name << " : "
       << type(x.shape) << "\n";
  add(name, x.shape);
}

void Writer::binary() {
  static const char *const ops[] = {"arith.addf", "arith.subf", "arith.mulf"};
  Value x = take();
  Value y = input(x.shape);
  for (Value &other : values)
    if (other.shape == x.shape && pick(0, 1)) {
      graph.inputs.pop_back();
      other.used = true;
      y = other;
      break;
    }
  std::string name = fresh();
  body << "  " << name << " = " << ops[pick(0, 2)] << " " << x.name << ", "
       << y.name << " : " << type(x.shape) << "\n";
  add(name, x.shape);
}

/// x * b with b of fewer dimensions, as a linalg.broadcast or in the map.
void Writer::broadcast() {
  Value x = take();
  if (x.shape.empty())
    return unary();
  size_t kept = size_t(pick(0, int64_t(x.shape.size()) - 1));
  Value b = input({x.shape[kept]});
  std::string init = empty(x.shape), wide = fresh(), name = fresh();
  body << "  " << wide << " = linalg.broadcast ins(" << b.name << " : "
       << type(b.shape) << ") outs(" << init << " : " << type(x.shape)
       << ") dimensions = [";
  bool first = true;
  for (size_t d = 0; d < x.shape.size(); ++d)
    if (d != kept) {
      body << (first ? "" : ", ") << d;
      first = false;
    }
  body << "]\n  " << name << " = arith.mulf " << x.name << ", " << wide << " : "
       << type(x.shape) << "\n";
  add(name, x.shape);
}

void Writer::transpose() {
  Value x = take();
  std::vector<int64_t> order(x.shape.size());
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), generator);
  Shape shape;
  for (int64_t d : order)
    shape.push_back(x.shape[d]);
  std::string init = empty(shape), name = fresh();
  body << "  " << name << " = linalg.transpose ins(" << x.name << " : "
       << type(x.shape) << ") outs(" << init << " : " << type(shape)
       << ") permutation = [";
  for (size_t d = 0; d < order.size(); ++d)
    body << (d ? ", " : "") << order[d];
  body << "]\n";
  add(name, shape);
}

/// Merges two neighbouring dimensions, or splits one that can be.
void Writer::reshape() {
  Value x = take();
  auto groups = [&](size_t at, size_t count) {
    std::string text = "[";
    for (size_t d = 0, from = 0; from < count; ++d) {
      text += (d ? ", [" : "[") + std::to_string(from++);
      if (d == at)
        text += ", " + std::to_string(from++);
      text += "]";
    }
    return text + "]";
  };
  std::string name = fresh();
  Shape shape = x.shape;
  if (shape.size() > 2) {
    size_t at = size_t(pick(0, int64_t(shape.size()) - 2));
    shape[at] *= shape[at + 1];
    shape.erase(shape.begin() + at + 1);
    body << "  " << name << " = tensor.collapse_shape " << x.name << " "
         << groups(at, x.shape.size()) << " : " << type(x.shape) << " into "
         << type(shape) << "\n";
  } else {
    size_t at = size_t(pick(0, int64_t(shape.size()) - 1));
    int64_t inner = shape[at] % 2 == 0 ? 2 : 1;
    shape[at] /= inner;
    shape.insert(shape.begin() + at + 1, inner);
    body << "  " << name << " = tensor.expand_shape " << x.name << " "
         << groups(at, shape.size()) << " output_shape [";
    for (size_t d = 0; d < shape.size(); ++d)
      body << (d ? ", " : "") << shape[d];
    body << "] : " << type(x.shape) << " into " << type(shape) << "\n";
  }
  add(name, shape);
}

void Writer::product() {
  Value x = take();
  if (x.shape.size() != 2)
    return unary();
  int64_t n = pick(1, 6);
  Value w = input({x.shape[1], n});
  Shape shape = {x.shape[0], n};
  std::string zero = fresh(), fill = fresh(), name = fresh();
  std::string init = empty(shape);
  body << "  " << zero << " = arith.constant 0.0 : f32\n  " << fill
       << " = linalg.fill ins(" << zero << " : f32) outs(" << init << " : "
       << type(shape) << ") -> " << type(shape) << "\n  " << name
       << " = linalg.matmul ins(" << x.name << ", " << w.name << " : "
       << type(x.shape) << ", " << type(w.shape) << ") outs(" << fill << " : "
       << type(shape) << ") -> " << type(shape) << "\n";
  add(name, shape);
}

RandomGraph Writer::write(unsigned operations) {
  values.push_back(input({pick(1, 4) * 2, pick(1, 6)}));
  values.push_back(input({pick(1, 3), 4, pick(2, 5)}));
  void (Writer::*const steps[])() = {&Writer::unary,     &Writer::binary,
                                     &Writer::broadcast, &Writer::product,
                                     &Writer::product,   &Writer::transpose,
                                     &Writer::reshape};
  for (unsigned i = 0; i < operations; ++i)
    (this->*steps[pick(0, 6)])();

  std::string results, types, arguments;
  for (const Value &value : values) {
    if (value.used)
      continue;
    results += (results.empty() ? "" : ", ") + value.name;
    types += (types.empty() ? "" : ", ") + type(value.shape);
    graph.outputs.push_back(value.shape);
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i)
    arguments +=
        (i ? ", %a" : "%a") + std::to_string(i) + ": " + type(graph.inputs[i]);
  graph.text = "func.func @main(" + arguments + ") -> (" + types + ") {\n" +
               body.str() + "  return " + results + " : " + types + "\n}\n";
  return std::move(graph);
}

RandomGraph tilewright::makeRandomGraph(unsigned seed, unsigned operations) {
  return Writer(seed).write(operations);
}
