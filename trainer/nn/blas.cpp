#include "nn/blas.hpp"

#include "nn/parallel.hpp"

extern "C" {
// Fortran's sgemm, column-major.
void sgemm_(const char* trans_a, const char* trans_b, const int* m, const int* n, const int* k,
            const float* alpha, const float* a, const int* lda, const float* b, const int* ldb,
            const float* beta, float* c, const int* ldc);
// Intel MKL; weak, so that a libtorch built on another BLAS links as well.
__attribute__((weak)) void cblas_gemm_bf16bf16f32(int layout, int trans_a, int trans_b, int m,
                                                  int n, int k, float alpha, const std::uint16_t* a,
                                                  int lda, const std::uint16_t* b, int ldb,
                                                  float beta, float* c, int ldc);
}

namespace trainer::nn {
namespace {

constexpr int kRowMajor = 101;
constexpr int kNoTranspose = 111;
constexpr int kTranspose = 112;

int to_int(std::int64_t x) { return static_cast<int>(x); }
int cblas(Transpose t) { return t == Transpose::kYes ? kTranspose : kNoTranspose; }
char fortran(Transpose t) { return t == Transpose::kYes ? 'T' : 'N'; }

template <class T>
void add_outer_product_of(const at::Tensor& g, const at::Tensor& x, const at::Tensor& grad) {
  matmul(MatMul<T>{.trans_a = Transpose::kYes,
                   .m = g.size(1),
                   .n = x.size(1),
                   .k = g.size(0),
                   .a = data<T>(g),
                   .lda = g.size(1),
                   .b = data<T>(x),
                   .ldb = x.size(1),
                   .c = grad.data_ptr<float>(),
                   .ldc = x.size(1),
                   .update = Update::kAdd});
}

}  // namespace

void matmul(const MatMul<float>& g) {
  // Row-major c = a b is column-major c^T = b^T a^T.
  const char trans_b = fortran(g.trans_b);
  const char trans_a = fortran(g.trans_a);
  const int m = to_int(g.n);
  const int n = to_int(g.m);
  const int k = to_int(g.k);
  const int ldb = to_int(g.ldb);
  const int lda = to_int(g.lda);
  const int ldc = to_int(g.ldc);
  const float alpha = 1.0F;
  const float beta = g.update == Update::kAdd ? 1.0F : 0.0F;
  sgemm_(&trans_b, &trans_a, &m, &n, &k, &alpha, g.b, &ldb, g.a, &lda, &beta, g.c, &ldc);
}

void matmul(const MatMul<cpu::Bf16>& g) {
  cblas_gemm_bf16bf16f32(kRowMajor, cblas(g.trans_a), cblas(g.trans_b), to_int(g.m), to_int(g.n),
                         to_int(g.k), 1.0F, &g.a->bits, to_int(g.lda), &g.b->bits, to_int(g.ldb),
                         g.update == Update::kAdd ? 1.0F : 0.0F, g.c, to_int(g.ldc));
}

bool bf16_products_available() noexcept { return &cblas_gemm_bf16bf16f32 != nullptr; }

void add_outer_product(const at::Tensor& g, const at::Tensor& x, const at::Tensor& grad) {
  with_type(g, [&]<class T>(T) { add_outer_product_of<T>(g, x.contiguous(), grad); });
}

}  // namespace trainer::nn
