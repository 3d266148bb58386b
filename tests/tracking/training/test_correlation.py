"""The trainable correlation is the network's own, with gradients of its own."""

from __future__ import annotations

import pytest
import torch

from tracking.branch import cross_correlation
from tracking.training.correlation import trainable_correlation


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_values_and_both_gradients_are_those_of_autograd(layout: torch.memory_format) -> None:
    torch.manual_seed(3)
    search = torch.randn(2, 3, 9, 11, dtype=torch.float64).contiguous(memory_format=layout).requires_grad_()
    kernel = torch.randn(2, 3, 4, 4, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(2, 3, 6, 8, dtype=torch.float64)

    told = []
    for correlation in (cross_correlation, trainable_correlation):
        out = correlation(search, kernel)
        told.append((out.detach(), *torch.autograd.grad((out * weights).sum(), (search, kernel))))

    for expected, found in zip(*told, strict=True):
        assert torch.allclose(expected, found, atol=1e-12)


def test_only_the_gradients_that_are_asked_for_are_made() -> None:
    search, kernel = torch.randn(1, 2, 6, 6), torch.randn(1, 2, 3, 3, requires_grad=True)
    out = trainable_correlation(search, kernel).sum()
    (found,) = torch.autograd.grad(out, (kernel,))
    assert found.shape == kernel.shape


def test_gradients_come_back_in_the_type_of_what_went_in_under_autocast() -> None:
    search = torch.randn(1, 2, 6, 6, requires_grad=True)
    kernel = torch.randn(1, 2, 3, 3, requires_grad=True)
    with torch.autocast("cpu", torch.bfloat16):
        out = trainable_correlation(search, kernel)
    gradients = torch.autograd.grad(out.float().sum(), (search, kernel))
    assert out.dtype is torch.bfloat16
    assert [gradient.dtype for gradient in gradients] == [torch.float32, torch.float32]
