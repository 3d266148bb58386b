import pytest
import torch
from torch import Tensor, nn

from tracking.fold import flipped, fold_batch_norms, folded, merged, ranged


def conv(channels: int = 3, out: int = 8, **options: int) -> nn.Conv2d:
    torch.manual_seed(1)
    return nn.Conv2d(channels, out, 3, **options).eval().requires_grad_(False)


def norm(width: int = 8) -> nn.BatchNorm2d:
    torch.manual_seed(2)
    made = nn.BatchNorm2d(width).eval().requires_grad_(False)
    for values in (made.running_mean, made.weight, made.bias):
        assert values is not None
        values.normal_()
    assert made.running_var is not None
    made.running_var.uniform_(0.5, 2)
    return made


def region() -> Tensor:
    torch.manual_seed(3)
    return torch.rand(2, 3, 15, 15) * 255


def test_a_norm_folds_into_its_convolution() -> None:
    one = folded(conv(stride=2, padding=1), norm())
    torch.testing.assert_close(one(region()), norm()(conv(stride=2, padding=1)(region())), rtol=1e-5, atol=1e-4)


def test_every_norm_of_a_network_is_folded_and_no_other_layer_touched() -> None:
    network = nn.Sequential(conv(), norm(), nn.ReLU(), nn.Sequential(conv(8, 8), norm())).eval()
    expected = network(region())
    fold_batch_norms(network)
    assert not any(isinstance(module, nn.BatchNorm2d) for module in network.modules())
    torch.testing.assert_close(network(region()), expected, rtol=1e-5, atol=1e-4)


def test_a_flip_of_the_channels_goes_into_the_weights() -> None:
    torch.testing.assert_close(flipped(conv())(region()), conv()(region().flip(1)), rtol=1e-5, atol=1e-4)


def test_a_range_goes_into_the_weights() -> None:
    made = ranged(conv(), 1 / 127.5, -1.0)
    torch.testing.assert_close(made(region()), conv()(region() / 127.5 - 1), rtol=1e-5, atol=1e-5)
    with pytest.raises(AssertionError):
        ranged(conv(padding=1), 2.0, 1.0)  # zeros around the input would have to be shifted too


def test_convolutions_of_one_input_become_one() -> None:
    first, second = conv(), conv(out=4)
    both = merged([first, second])(region())
    torch.testing.assert_close(both, torch.cat([first(region()), second(region())], 1), rtol=1e-5, atol=1e-4)
